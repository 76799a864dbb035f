import type { SceneKind, StoredScene } from '$lib/contract/wall.ts';

/** A scene of a kind as it begins. */
export function newScene(kind: SceneKind, board: string): StoredScene {
  if (kind === 'board') return { kind, board, window: 'day', seconds: 20 };
  if (kind === 'team-race') return { kind, by: 'score', seconds: 15 };
  return { kind, seconds: 15 };
}
