import type { Topic } from '#server/log/topic.ts';
import type { Viewer } from '#server/people/may.ts';
import { type WallGround, wallView } from './view.ts';

/** `wall:<device>`: what that device shows; for nobody but the device itself. */
export function wallTopic(ground: WallGround): Topic<Viewer> {
  return {
    noun: 'wall',
    thinMs: 400,
    admit: async (viewer, name) =>
      viewer.kind === 'device' && name.parts.length === 1 && name.parts[0] === viewer.deviceId ? 'own' : null,
    snapshot: (orgId, name) => wallView(ground, { orgId, device: name.parts[0] ?? '' }),
    concerns: (notes, name) =>
      notes.people.size > 0 || notes.queues.size > 0 || notes.definitions || notes.devices.has(name.parts[0] ?? ''),
  };
}
