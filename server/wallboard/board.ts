import type { BoardView } from '#contract/boards.ts';
import type { StoredScene, WallBoard } from '#contract/wall.ts';
import { Refusal } from '#server/foundation/refusals.ts';
import { boardView } from '#server/game/leaderboards/view.ts';
import type { Ground } from '#server/log/ground.ts';
import { ROWS, rowsShown } from './rules.ts';

type Wish = { orgId: number; scope: string; scene: Extract<StoredScene, { kind: 'board' }> };
export type Told<View> = { view: View | null; position?: string };

/** The upper part of a board; no view where the board is not defined any more. */
export async function boardScene(
  ground: Pick<Ground, 'db' | 'redis' | 'clock'>,
  { orgId, scope, scene }: Wish,
): Promise<Told<WallBoard>> {
  try {
    const wish = { orgId, id: scene.board, window: scene.window, scope, variant: 'full', limit: 2 * ROWS };
    const board = await boardView(ground, wish);
    return { view: upperPart(board), position: board.position };
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'missing') return { view: null };
    throw error;
  }
}

function upperPart({ about, window, entries }: BoardView): WallBoard {
  const ranked = entries.filter((row) => row.rank !== null && !row.held && !row.provisional);
  return {
    name: about.name,
    measure: about.measure,
    unit: about.measure === 'score' ? 'score' : about.unit,
    better: about.better,
    window,
    entries: ranked.slice(0, rowsShown(ranked.length)).map(({ subject, rank, name, team, value, movement }) => ({
      subject,
      rank: rank as number,
      name,
      team,
      value,
      up: Math.max(0, movement ?? 0),
    })),
  };
}
