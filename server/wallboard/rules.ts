import type { StoredScene } from '#contract/wall.ts';

/** Letters and digits that look like no other, and spell no word, at any distance. */
export const CODE_ALPHABET = 'BCDFGHJKMNPQRTVWXY3479';
export const CODE_LENGTH = 8;
export const PAIRING_MS = 10 * 60_000;
/** Somebody who approves in the last second leaves the screen this long to fetch its token. */
export const COLLECT_MS = 2 * 60_000;
/** Asked from one address, tried by one person, tried by all: each within a quarter of an hour. */
export const MOST_TRIES = { address: 60, approver: 10, everybody: 200 } as const;
/** Codes that wait at the same time in the whole house. */
export const MOST_WAITING = 1_000;
export const ROWS = 7;

/** A code as it was shown, however it was typed; null where it cannot be one. */
export function codeOf(typed: string): string | null {
  const code = typed.toUpperCase().replace(/[\s-]/g, '');
  return code.length === CODE_LENGTH && [...code].every((sign) => CODE_ALPHABET.includes(sign)) ? code : null;
}

/** How many rows of a board a floor may see: at most seven, about the upper half, and never the last place of several. */
export function rowsShown(ranked: number): number {
  if (ranked <= 1) return ranked;
  return Math.min(ROWS, Math.max(Math.min(3, ranked - 1), Math.ceil(ranked / 2)));
}

/** What a screen shows until somebody chooses. */
export const USUAL_SCENES: StoredScene[] = [
  { kind: 'board', board: 'score', window: 'day', seconds: 20 },
  { kind: 'team-race', by: 'score', seconds: 15 },
  { kind: 'queue-health', seconds: 15 },
  { kind: 'recognition', seconds: 12 },
];

/** Scenes with names that stay while they are moved about; the second of the same gets a number. */
export function namedScenes(scenes: readonly StoredScene[]): { id: string; scene: StoredScene }[] {
  const seen = new Map<string, number>();
  return scenes.map((scene) => {
    const name = nameOf(scene);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { id: count === 1 ? name : `${name}#${count}`, scene };
  });
}

function nameOf(scene: StoredScene): string {
  if (scene.kind === 'board') return `board:${scene.board}:${scene.window}`;
  return scene.kind === 'team-race' ? `team-race:${scene.by}` : scene.kind;
}
