import type { RewardWish } from '#contract/rewards.ts';
import type { Tx } from '#server/foundation/db.ts';
import { type Consumer, touched } from '#server/log/consumer.ts';
import { insertGrant, insertRedemption, saveReward, settleRedemption } from './store.ts';

/** What the log says of rewards; after a command it finds its work done. */
export const rewardConsumer: Consumer = {
  name: 'rewards',
  wants: ['reward.saved', 'reward.granted', 'reward.redeemed', 'redemption.settled'],
  apply: async (batch, tx) => {
    for (const event of batch.events) {
      if (!Object.hasOwn(KEEP, event.type)) continue;
      await keep(tx, batch.orgId, event);
      if (typeof event.data.person === 'string') touched(batch).people.add(event.data.person);
    }
  },
  forget: () => {},
  tables: ['rewards', 'grants', 'redemptions'],
};

type Told = { type: string; time: number; position: number; data: Record<string, unknown> };

/** Keeps one event as a row, once. */
export const keep = (tx: Tx, orgId: number, event: Told): Promise<unknown> =>
  (KEEP[event.type] as (typeof KEEP)[string])(tx, orgId, event);

const KEEP: Record<string, (tx: Tx, orgId: number, event: Told) => Promise<unknown>> = {
  'reward.saved': (tx, orgId, { data, position }) => saveReward(tx, orgId, { ...(data as RewardWish), position }),
  'reward.granted': (tx, orgId, { data, time, position }) => {
    const { grant, reward, person, by, price } = data as Record<string, string> & { price: number };
    return insertGrant(tx, orgId, { ...told(grant, reward, person), by: String(by), price, at: time, position });
  },
  'reward.redeemed': (tx, orgId, { data, time, position }) => {
    const { redemption, reward, person, price } = data as Record<string, string> & { price: number };
    return insertRedemption(tx, orgId, { ...told(redemption, reward, person), price, at: time, position });
  },
  'redemption.settled': (tx, orgId, { data, time }) =>
    settleRedemption(tx, orgId, {
      id: String(data.redemption),
      state: String(data.outcome),
      settledAt: time,
      settledBy: String(data.by),
    }),
};

const told = (id: unknown, reward: unknown, person: unknown) => ({
  id: String(id),
  reward: String(reward),
  person: String(person),
});
