import { GRACE_MS } from '#server/attainment/due.ts';
import { causesFor } from '#server/attainment/revisits/again.ts';
import type { Review } from '#server/attainment/revisits/consumer.ts';
import type { Cause } from '#server/attainment/revisits/rules.ts';
import type { Tx } from '#server/foundation/db.ts';
import { balancesOf, post } from '#server/game/points/ledger.ts';
import { postingOf, transferOf } from '#server/game/points/rules.ts';
import { append } from '#server/log/append.ts';
import { HOUSE, type LoggedEvent, type NewEvent } from '#server/log/catalogue.ts';
import { type Batch, touched } from '#server/log/consumer.ts';
import { forgetCounts } from './counting.ts';
import { earn } from './deciding.ts';
import { type Hold, holdsOf, withdrawnId } from './holds.ts';
import { type Again, type At, type Own, resultsOf, windowsAgain } from './reviewing.ts';
import { earnedId, periodOf, type Reading, readingOf, TIERS, type Tier, tiersHeld } from './rules.ts';

/** What is otherwise for somebody in a window of a badge: what they hold and did not earn, whether anything is to be earned. */
type Changed = {
  again: Again;
  at: At;
  person: string;
  own: Own;
  reading: Reading;
  lost: { tier: Tier; standing: LoggedEvent; hold: Hold }[];
  won: boolean;
  after: number;
};

/**
 * Looks again at the badges of windows in which something changed after they were decided: withdraws what was not earned
 * after all, with its points, and lets be earned what was. A badge for contacts is withdrawn only for want of contacts.
 */
export async function revisitBadges(batch: Batch, tx: Tx, review: Review): Promise<void> {
  const { orgId } = batch;
  const changed: Changed[] = [];
  for (const again of await windowsAgain(tx, orgId, review))
    changed.push(...(await changedIn(tx, batch, { again, biographies: review.biographies })));
  const differing = changed.map(({ again: { span }, person, after }) => ({
    person,
    after,
    from: span.from,
    to: span.to,
  }));
  const causes = await causesFor(tx, orgId, { review, differing });
  const lost: Lost[] = [];
  for (const [n, one] of changed.entries()) {
    const { cause = null, mixed = false } = causes[n] ?? {};
    if (!cause) continue;
    const stays = mixed ? await heldWithout(tx, orgId, { one, review }) : [];
    for (const tier of one.lost) if (!stays.includes(tier.tier)) lost.push({ one, ...tier, cause });
    if (one.won) await earnAgain(tx, batch, { one, cause });
  }
  await withdraw(batch, tx, lost);
}

type Asked = Pick<Review, 'biographies'> & { again: Again };
type Lost = Changed['lost'][number] & { one: Changed; cause: Cause };

async function changedIn(tx: Tx, batch: Batch, asked: Asked): Promise<Changed[]> {
  const { again } = asked;
  const { badge, span, zone, closed, people } = again;
  const now = closed ? closed.to + GRACE_MS.window : batch.now;
  // points of what a close decides count on the last day that it is about
  const countsAt = closed ? Math.min(closed.to, span.to) - 1 : now;
  const at = { now, countsAt, position: touched(batch).position, recordedAt: batch.now };
  const results = await resultsOf(tx, batch.orgId, { ...asked, at });
  const period = periodOf(badge.period, span.from, zone);
  const idOf = (person: string, tier: Tier) => earnedId({ badge: badge.id, tier, person, period });
  const ids = people.flatMap((person) => TIERS.map((tier) => idOf(person, tier)));
  const holds = await holdsOf(tx, batch.orgId, ids);
  return people.flatMap((person) => {
    const own = results.get(person) as Own;
    const reading = readingOf(badge, own.results, now);
    const held = heldBy(again, reading);
    const lost = TIERS.flatMap((tier) => {
      const hold = holds.get(idOf(person, tier));
      return hold?.standing && !held.includes(tier) ? [{ tier, standing: hold.standing, hold }] : [];
    });
    const won = closed ? tiersHeld(badge, reading).filter((tier) => !holds.get(idOf(person, tier))?.standing) : [];
    if (lost.length === 0 && won.length === 0) return [];
    const afters = [
      ...lost.map(({ standing }) => Number(standing.data.until ?? closed?.position ?? 0)),
      ...won.map((tier) => Number(holds.get(idOf(person, tier))?.withdrawn?.data.until ?? closed?.position ?? 0)),
    ];
    return [{ again, at, person, own, reading, lost, won: won.length > 0, after: Math.min(...afters) }];
  });
}

/** The tiers that somebody may keep. */
function heldBy({ badge }: Again, reading: Reading): Tier[] {
  if (badge.condition.kind !== 'contacts') return tiersHeld(badge, reading);
  return TIERS.filter((tier) => (reading.value ?? 0) >= badge.tiers[tier].goal);
}

/** What would be held without history that came in late and counts for nothing. */
async function heldWithout(tx: Tx, orgId: number, { one, review }: { one: Changed; review: Review }): Promise<Tier[]> {
  const { again, at, person } = one;
  const { awarding, biographies } = review;
  const asked = { again: { ...again, people: [person] }, at, biographies, awarding };
  const results = await resultsOf(tx, orgId, asked);
  return heldBy(again, readingOf(again.badge, results.get(person)?.results ?? [], at.now));
}

async function earnAgain(tx: Tx, batch: Batch, { one, cause }: { one: Changed; cause: Cause }): Promise<void> {
  const { again, at, person, own } = one;
  const { badge, span, zone } = again;
  const causes = async () => new Map([[person, cause.cause]]);
  const cases = [{ badge, span, days: own.days, results: own.results, person }];
  await earn(tx, batch, { cases, occasion: { ...at, zone, causes } });
}

async function withdraw(batch: Batch, tx: Tx, lost: readonly Lost[]): Promise<void> {
  if (lost.length === 0) return;
  const { orgId, now } = batch;
  // what was earned a moment ago is booked before it is taken back; its own turn finds it done
  await post(
    tx,
    orgId,
    lost.flatMap(({ standing }) => transferOf(standing) ?? []),
  );
  const people = [...new Set(lost.map(({ one }) => one.person))];
  const balances = await balancesOf(tx, orgId, people);
  const events = lost.map((each) => {
    const { person } = each.one;
    const balance = balances.get(person) ?? 0;
    const points = Number(each.standing.data.points ?? 0);
    const { writtenOff } = postingOf({ amount: points, borne: 0 }, 0, balance);
    balances.set(person, balance - points + writtenOff);
    return withdrawnEvent(each, { writtenOff, until: touched(batch).position });
  });
  const { events: written } = await append(tx, { orgId, now }, events);
  await post(
    tx,
    orgId,
    written.flatMap((event) => transferOf(event) ?? []),
  );
  for (const person of people) touched(batch).people.add(person);
  // who fell below a goal today may reach it again
  forgetCounts(orgId);
}

const KEPT = [
  'badge',
  'version',
  'tier',
  'person',
  'period',
  'window',
  'zone',
  'from',
  'to',
  'points',
  'goal',
  'countsAt',
] as const;

function withdrawnEvent({ one, standing, cause }: Lost, told: Record<string, unknown>): NewEvent {
  const { person, reading } = one;
  const kept = Object.fromEntries(KEPT.map((name) => [name, standing.data[name]]));
  return {
    source: HOUSE,
    id: withdrawnId(standing.id),
    type: 'badge.withdrawn',
    // it takes back what was earned then, so that what was earned in that window is right on every board
    time: standing.time,
    agent: { source: HOUSE, name: person },
    data: { ...kept, value: reading.value, of: standing.id, ...cause, ...told },
  };
}
