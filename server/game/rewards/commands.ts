import type { RewardWish } from '#contract/rewards.ts';
import type { Tx } from '#server/foundation/db.ts';
import { uuidV7 } from '#server/foundation/ids.ts';
import { conflict, forbidden, missing } from '#server/foundation/refusals.ts';
import { book, lockAccount } from '#server/game/points/ledger.ts';
import { accountOf, transferOf } from '#server/game/points/rules.ts';
import { HOUSE, type HouseEvent, type Position } from '#server/log/catalogue.ts';
import type { Append, Ground } from '#server/log/ground.ts';
import { keep } from './consumer.ts';
import { monthOf, refusalOfGrant, refusalOfRedemption } from './rules.ts';
import * as store from './store.ts';

type Ask = Pick<Ground, 'log' | 'clock'>;

/** Saves rewards by id; how many of each there are counts from the first. @returns the position that covers them */
export const saveRewards = (ground: Ask, orgId: number, wishes: readonly RewardWish[]): Promise<Position> =>
  atCounter(ground, orgId, async (counter) => {
    let position = 0;
    for (const wish of wishes)
      position = await say(counter, { type: 'reward.saved', id: uuidV7(counter.now), data: { ...wish } });
    return position;
  });

/**
 * Gives a reward to somebody, out of the leader's budget of the month; the person's own points stay.
 * @throws Refusal missing, conflict `out_of_stock`, `budget_spent`
 */
export const grantReward = (
  ground: Ask,
  orgId: number,
  wish: { person: string; reward: string; by: string; reason: string },
): Promise<{ id: string; position: Position }> =>
  atCounter(ground, orgId, async (counter) => {
    const { tx, now } = counter;
    const { person, reward, by, reason } = wish;
    const offer = await store.rewardRow(tx, orgId, reward);
    const spent = await store.grantedSince(tx, orgId, { by, from: monthOf(now).from });
    const refusal = refusalOfGrant(offer, { taken: offer?.taken ?? 0, spent });
    if (refusal || !offer) throw refusal;
    const id = uuidV7(now);
    const data = { grant: id, reward, title: offer.name, person, by, price: offer.price };
    const position = await say(counter, { type: 'reward.granted', id: `grant:${id}`, data, personal: { reason } });
    return { id, position };
  });

/**
 * Takes a reward for a person's own points, once per id; it waits to be handed over.
 * @throws Refusal missing, conflict `out_of_stock`, `balance_short`, `redemption_taken` (the id is somebody else's)
 */
export const redeemReward = (
  ground: Ask,
  orgId: number,
  wish: { person: string; reward: string; id?: string | undefined },
): Promise<{ id: string; position: Position }> =>
  atCounter(ground, orgId, async (counter) => {
    const { tx, now } = counter;
    const { person, reward } = wish;
    const id = wish.id ?? uuidV7(now);
    const before = await store.redemptionRow(tx, orgId, id);
    if (before?.person === person && before.reward === reward) return { id, position: before.position };
    if (before) throw conflict('redemption_taken', 'This id belongs to another redemption.');
    const offer = await store.rewardRow(tx, orgId, reward);
    const balance = await lockAccount(tx, orgId, accountOf(person));
    const refusal = refusalOfRedemption(offer, { taken: offer?.taken ?? 0, balance });
    if (refusal || !offer) throw refusal;
    const data = { redemption: id, reward, title: offer.name, person, price: offer.price };
    return { id, position: await say(counter, { type: 'reward.redeemed', id: `redemption:${id}`, data }) };
  });

/**
 * Ends a redemption: handed over, or cancelled with the points given back. Handing over is a leader's, cancelling also
 * the person's own.
 * @throws Refusal missing, forbidden, conflict `redemption_settled`
 */
export const settle = (
  ground: Ask,
  orgId: number,
  wish: { id: string; outcome: 'fulfilled' | 'cancelled'; by: string; leads(person: string): Promise<boolean> },
): Promise<Position> =>
  atCounter(ground, orgId, async (counter) => {
    const row = await store.redemptionRow(counter.tx, orgId, wish.id);
    if (!row) throw missing(`There is no redemption ${wish.id}.`);
    const own = row.person === wish.by && wish.outcome === 'cancelled';
    if (!own && !(await wish.leads(row.person))) throw forbidden();
    if (row.state !== 'open') throw conflict('redemption_settled', 'This redemption is settled already.');
    const { id, person, price, reward } = row;
    await lockAccount(counter.tx, counter.orgId, accountOf(person));
    const title = (await store.rewardRow(counter.tx, orgId, reward))?.name ?? reward;
    const data = { redemption: id, person, reward, title, price, outcome: wish.outcome, by: wish.by };
    return say(counter, { type: 'redemption.settled', id: `settled:${id}`, data });
  });

type Counter = { tx: Tx; append: Append; orgId: number; now: number };

const atCounter = <T>({ log, clock }: Ask, orgId: number, work: (counter: Counter) => Promise<T>): Promise<T> =>
  log.command(orgId, async (tx, append) => {
    await store.lockRewards(tx, orgId);
    return work({ tx, append, orgId, now: clock.now() });
  });

type Said = { type: HouseEvent; id: string; data: Record<string, unknown>; personal?: Record<string, string> };

/** Appends an event, and books it in this room and in the ledger as their consumers would. */
async function say({ tx, append, orgId, now }: Counter, said: Said): Promise<Position> {
  const person = said.data.person;
  const agent = typeof person === 'string' ? { source: HOUSE, name: person } : null;
  const { position } = await append([{ source: HOUSE, time: now, agent, ...said }]);
  const event = { ...said, time: now, position };
  await keep(tx, orgId, event);
  const transfer = transferOf(event);
  if (transfer) await book(tx, orgId, [transfer]);
  return position;
}
