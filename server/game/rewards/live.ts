import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import type { Topic } from '#server/log/topic.ts';
import { floorFor } from '#server/people/door.ts';
import { seePerson, type Viewer } from '#server/people/may.ts';
import { grantsTo, redemptionsOf } from './views.ts';

/** `rewards:<person>`: what somebody was given, and took. */
export function rewardsTopic(ground: Pick<Ground, 'db'>): Topic<Viewer> {
  return {
    noun: 'rewards',
    thinMs: 0,
    admit: async (viewer, name) =>
      name.parts.length === 1 && (await seePerson(viewer, { id: name.parts[0] }, floorFor(ground, viewer)))
        ? 'own'
        : null,
    snapshot: (orgId, name) =>
      ground.db.snapshot(async (tx) => {
        const people = [name.parts[0] ?? ''];
        return {
          grants: await grantsTo(tx, orgId, people),
          redemptions: await redemptionsOf(tx, orgId, people),
          position: String(await flowPosition(tx, orgId)),
        };
      }),
    concerns: (notes, name) => notes.people.has(name.parts[0] ?? ''),
  };
}
