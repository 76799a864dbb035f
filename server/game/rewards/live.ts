import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import type { Topic } from '#server/log/topic.ts';
import type { Viewer } from '#server/people/may.ts';
import { ownTopic } from '#server/people/own-topic.ts';
import { grantsTo, redemptionsOf } from './views.ts';

/** `rewards:<person>`: what somebody was given, and took. */
export const rewardsTopic = (ground: Pick<Ground, 'db'>): Topic<Viewer> =>
  ownTopic(ground, {
    noun: 'rewards',
    thinMs: 0,
    snapshot: (orgId, person) =>
      ground.db.of(orgId).snapshot(async (tx) => ({
        grants: await grantsTo(tx, orgId, [person]),
        redemptions: await redemptionsOf(tx, orgId, [person]),
        position: String(await flowPosition(tx, orgId)),
      })),
  });
