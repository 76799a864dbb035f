import type { Ground } from '#server/log/ground.ts';
import type { Topic } from '#server/log/topic.ts';
import type { Viewer } from '#server/people/may.ts';
import { wallView } from './view.ts';

/** `wall:<device>`: what that device shows; for nobody but the device itself. */
export function wallTopic(ground: Pick<Ground, 'db' | 'redis' | 'clock'>): Topic<Viewer> {
  return {
    noun: 'wall',
    thinMs: 250,
    admit: async (viewer, name) =>
      viewer.kind === 'device' && name.parts.length === 1 && name.parts[0] === viewer.deviceId ? 'own' : null,
    snapshot: (orgId, name) => wallView(ground, orgId, name.parts[0] ?? ''),
    concerns: (notes) => notes.people.size > 0 || notes.definitions,
  };
}
