import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import type { Topic } from '#server/log/topic.ts';
import type { Viewer } from '#server/people/may.ts';
import { ownTopic } from '#server/people/own-topic.ts';
import { walletOf } from './view.ts';

const ROWS = 6;

/** `points:<person>`: the wallet with its last movements. */
export const pointsTopic = (ground: Pick<Ground, 'db' | 'clock'>): Topic<Viewer> =>
  ownTopic(ground, {
    noun: 'points',
    thinMs: 0,
    snapshot: (orgId, person) =>
      ground.db.of(orgId).snapshot(async (tx) => {
        const position = String(await flowPosition(tx, orgId));
        return { ...(await walletOf(tx, orgId, { person, now: ground.clock.now(), limit: ROWS })), position };
      }),
  });
