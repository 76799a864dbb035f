import type { Ground } from '#server/log/ground.ts';
import type { Topic } from '#server/log/topic.ts';
import { floorFor } from '#server/people/door.ts';
import { seeSources, type Viewer } from '#server/people/may.ts';
import { sourceSnapshot } from './views.ts';

/** `source:<name>`: how fresh a source is. */
export function sourceTopic(ground: Pick<Ground, 'db' | 'clock' | 'log'>): Topic<Viewer> {
  return {
    noun: 'source',
    thinMs: 500,
    admit: async (viewer) => ((await seeSources(viewer, {}, floorFor(ground, viewer))) ? 'all' : null),
    snapshot: (orgId, name) => sourceSnapshot(ground, orgId, name.parts.join(':')),
    concerns: (notes, name) => notes.sources.has(name.parts.join(':')),
  };
}
