import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import type { Topic } from '#server/log/topic.ts';
import { floorFor } from '#server/people/door.ts';
import { seePerson, type Viewer } from '#server/people/may.ts';
import { walletOf } from './view.ts';

const ROWS = 6;

/** `points:<person>`: the wallet with its last movements. */
export function pointsTopic(ground: Pick<Ground, 'db' | 'clock'>): Topic<Viewer> {
  return {
    noun: 'points',
    thinMs: 0,
    admit: async (viewer, name) =>
      name.parts.length === 1 && (await seePerson(viewer, { id: name.parts[0] }, floorFor(ground, viewer)))
        ? 'wallet'
        : null,
    snapshot: (orgId, name) =>
      ground.db.snapshot(async (tx) => {
        const position = String(await flowPosition(tx, orgId));
        return {
          ...(await walletOf(tx, orgId, { person: name.parts[0] ?? '', now: ground.clock.now(), limit: ROWS })),
          position,
        };
      }),
    concerns: (notes, name) => notes.definitions || notes.people.has(name.parts[0] ?? ''),
  };
}
