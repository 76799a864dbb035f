import { problemOf } from '$lib/api.ts';
import type { SceneKind, StoredScene } from '$lib/contract/wall.ts';

/** A change at the devices' door. Null when it worked, else what to tell. */
export async function change(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<string | null> {
  try {
    const answer = await fetch(`/api/v1/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (answer.ok) return null;
    const { title, detail } = await problemOf(answer);
    return detail || title;
  } catch (error) {
    return String(error);
  }
}

/** A scene of a kind as it begins. */
export function newScene(kind: SceneKind, board: string): StoredScene {
  if (kind === 'board') return { kind, board, window: 'day', seconds: 20 };
  if (kind === 'team-race') return { kind, by: 'score', seconds: 15 };
  return { kind, seconds: 15 };
}
