import { problemOf } from '$lib/api.ts';
import type { BoardView } from '$lib/contract/boards.ts';

/** What `GET /api/v1/wall` and the topic `wall:<device>` say. */
export type WallBody = {
  device: { id: string; name: string; scope: string };
  scene: { kind: 'board'; board: string };
  view: BoardView;
  position: string;
};
export type Pairing = { body: WallBody } | { refused: true } | { away: true };

const KEY = 'floorlight.device';

/** The token outlives a power cut, so that a screen comes back by itself. It goes with headers, never with an address. */
export const keptToken = (): string | null => localStorage.getItem(KEY);
export const keepToken = (token: string): void => localStorage.setItem(KEY, token);
export const forgetToken = (): void => localStorage.removeItem(KEY);

/** What this device shows, or why it cannot be told. */
export async function pair(token: string): Promise<Pairing> {
  try {
    const answer = await fetch('/api/v1/wall', { headers: { authorization: `Bearer ${token}` }, credentials: 'omit' });
    if (answer.ok) return { body: (await answer.json()) as WallBody };
    const { status } = await problemOf(answer);
    return status >= 500 || status === 429 ? { away: true } : { refused: true };
  } catch {
    return { away: true };
  }
}
