import type { Grant, Redemption, Reward } from '#contract/rewards.ts';
import type { Tx } from '#server/foundation/db.ts';
import { personalOf } from '#server/log/personal-store.ts';
import { type Roster, rosterOf } from '#server/people/roster.ts';
import { leftOf } from './rules.ts';
import * as store from './store.ts';

/** The catalogue; hidden rewards only for whoever keeps it. */
export async function shelf(tx: Tx, orgId: number, all: boolean): Promise<Reward[]> {
  return (await store.rewardRows(tx, orgId))
    .filter((row) => all || row.visible)
    .map(({ taken, position: _, ...row }) => ({ ...row, left: leftOf(row.stock, taken) }));
}

/** Grants to some people, each with its reason where it can still be read. */
export async function grantsTo(tx: Tx, orgId: number, people: readonly string[]): Promise<Grant[]> {
  const rows = await store.grantRows(tx, orgId, people);
  const said = await personalOf(
    tx,
    orgId,
    rows.map((row) => row.position),
  );
  const named = await namesFor(tx, orgId);
  return rows.map(({ id, person, by, reward, price, at, position }) => ({
    id,
    person: named.person(person),
    by: named.person(by),
    reward: named.reward(reward),
    price,
    at: new Date(at).toISOString(),
    reason: said.get(position)?.reason ?? null,
    receipt: `grant:${id}`,
  }));
}

/** Redemptions of some people. */
export async function redemptionsOf(tx: Tx, orgId: number, people: readonly string[]): Promise<Redemption[]> {
  const rows = await store.redemptionRows(tx, orgId, people);
  const named = await namesFor(tx, orgId);
  return rows.map(({ id, person, reward, price, at, state, settledAt }) => ({
    id,
    person: named.person(person),
    reward: named.reward(reward),
    price,
    at: new Date(at).toISOString(),
    state,
    settledAt: settledAt === null ? null : new Date(settledAt).toISOString(),
    receipt: `redemption:${id}`,
  }));
}

async function namesFor(tx: Tx, orgId: number) {
  const roster: Roster = await rosterOf(tx, orgId);
  const rewards = new Map((await store.rewardNames(tx, orgId)).map((row) => [row.id, row]));
  return {
    person: (id: string) => ({ id, name: roster.people.get(id)?.name ?? id }),
    reward: (id: string) => ({ id, name: rewards.get(id)?.name ?? id, icon: rewards.get(id)?.icon ?? 'gift' }),
  };
}
