import type { StoredScene } from '#contract/wall.ts';
import { uuidV7 } from '#server/foundation/ids.ts';
import { HOUSE, type NewEvent } from '#server/log/catalogue.ts';
import type { Ground } from '#server/log/ground.ts';
import { saveScenes } from './store.ts';

/** Chooses what a screen shows. @returns the position that covers it */
export function chooseScenes(
  ground: Pick<Ground, 'clock' | 'log'>,
  of: { orgId: number; device: string },
  scenes: StoredScene[],
): Promise<number> {
  const now = ground.clock.now();
  return ground.log.command(of.orgId, async (tx, append) => {
    await saveScenes(tx, of.orgId, { device: of.device, scenes, now });
    return (await append([scenesSaved(of.device, scenes, now)])).position;
  });
}

export const scenesSaved = (device: string, scenes: StoredScene[], now: number): NewEvent => ({
  source: HOUSE,
  id: `scenes.saved:${uuidV7(now)}`,
  type: 'scenes.saved',
  time: now,
  data: { device, scenes },
});
