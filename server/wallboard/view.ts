import type { BoardView } from '#contract/boards.ts';
import { missing } from '#server/foundation/refusals.ts';
import { boardView } from '#server/game/leaderboards/view.ts';
import type { Ground } from '#server/log/ground.ts';
import { deviceRows } from '#server/people/accounts/device-store.ts';

/** What a wallboard shows now: its own name, the scene, and the scene's content. */
export type WallView = {
  device: { id: string; name: string; scope: string };
  scene: { kind: 'board'; board: string };
  view: BoardView;
  position: string;
};

const ROWS = 7;

/** The present scene of a device: today's score board of its scope, never more than its first rows. @throws Refusal missing */
export async function wallView(
  ground: Pick<Ground, 'db' | 'redis' | 'clock'>,
  orgId: number,
  deviceId: string,
): Promise<WallView> {
  const device = (await deviceRows(ground.db, orgId)).find((row) => row.id === deviceId && row.revokedAt === null);
  if (!device) throw missing('This device is not known any more.');
  const scene = { kind: 'board', board: 'score' } as const;
  const view = await boardView(ground, { orgId, id: scene.board, scope: device.scope, variant: 'top', limit: ROWS });
  return { device: { id: device.id, name: device.name, scope: device.scope }, scene, view, position: view.position };
}
