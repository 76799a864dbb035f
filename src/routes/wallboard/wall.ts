import { problemOf } from '$lib/api.ts';
import type { PairingAsked, PairingState, WallView } from '$lib/contract/wall.ts';

export type Light = { body: WallView } | { refused: true } | { away: true };

const KEY = 'floorlight.device';

/** The token outlives a power cut, so that a screen comes back by itself. It goes with headers, never with an address. */
export const keptToken = (): string | null => localStorage.getItem(KEY);
export const keepToken = (token: string): void => localStorage.setItem(KEY, token);
export const forgetToken = (): void => localStorage.removeItem(KEY);

/** What this device shows, or why it cannot be told. */
export async function wallOf(token: string): Promise<Light> {
  try {
    const answer = await fetch('/api/v1/wall', { headers: { authorization: `Bearer ${token}` }, credentials: 'omit' });
    if (answer.ok) return { body: (await answer.json()) as WallView };
    const { status } = await problemOf(answer);
    return status >= 500 || status === 429 ? { away: true } : { refused: true };
  } catch {
    return { away: true };
  }
}

/** A code to show; null where the server does not answer or has enough of this address. */
export const askPairing = (): Promise<PairingAsked | null> =>
  fetch('/api/v1/pairings', { method: 'POST', credentials: 'omit' }).then(
    async (answer) => (answer.ok ? ((await answer.json()) as PairingAsked) : null),
    () => null,
  );

/** What became of the question: `over` where a new code is needed, null where the server does not answer. */
export async function pairingOf(secret: string): Promise<PairingState | { state: 'over' } | null> {
  try {
    const answer = await fetch('/api/v1/pairings/mine', { headers: { 'pairing-secret': secret }, credentials: 'omit' });
    if (answer.ok) return (await answer.json()) as PairingState;
    return answer.status === 404 || answer.status === 409 ? { state: 'over' } : null;
  } catch {
    return null;
  }
}
