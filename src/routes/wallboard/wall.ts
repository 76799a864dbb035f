import type { BoardView } from '$lib/contract/boards.ts';

/** What `GET /api/v1/wall` and the topic `wall:<device>` say. */
export type WallBody = {
  device: string;
  scene: { name: string; board?: string; window?: string };
  timeZone?: string;
  currency?: string;
  position: string;
  view: BoardView | null;
};
export type Pairing = { body: WallBody; token: string | undefined } | 'refused' | 'away';

const KEY = 'floorlight.device';
export const keptToken = (): string | null => sessionStorage.getItem(KEY);

/**
 * Pairs this browser. The server keeps the token in a cookie where it can; else it stays in this tab and goes with the
 * header and the handshake. It is never part of an address.
 */
export async function pair(token: string): Promise<Pairing> {
  try {
    const kept = await fetch('/api/v1/device-session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (kept.status === 401 || kept.status === 403) return 'refused';
    const answer = await fetch('/api/v1/wall', kept.ok ? {} : { headers: { authorization: `Bearer ${token}` } });
    if (answer.status === 401 || answer.status === 403) return 'refused';
    if (!answer.ok) return 'away';
    if (!kept.ok) sessionStorage.setItem(KEY, token);
    return { body: (await answer.json()) as WallBody, token: kept.ok ? undefined : token };
  } catch {
    return 'away';
  }
}

export const forgetToken = (): void => sessionStorage.removeItem(KEY);
