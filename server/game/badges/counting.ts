import { deltasOf } from '#server/facts/consumer.ts';
import { sumByPerson } from '#server/facts/store.ts';
import { bucketsOf, resolveWindow, type Span } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { type Batch, touched } from '#server/log/consumer.ts';
import { type Roster, rosterOf, zoneOf } from '#server/people/roster.ts';
import { type Case, earn } from './deciding.ts';
import { resultsIn } from './results.ts';
import { BADGES, type Badge, contactsOf, TIERS } from './rules.ts';
import { lastLegs } from './store.ts';

/** Today's contacts of everybody in a zone, held between batches so that an event costs an addition and no query. */
type Day = {
  span: Span;
  buckets: { from: number; to: number };
  contacts: Map<string, number>;
  goals: Map<string, number>;
};
type State = { roster: Roster; days: Map<string, Day>; triedAt: Map<string, number> };

/** How long somebody who has the contacts, and is held or not eligible, is not looked at again. */
const REST_MS = 5_000;
const LIVE = BADGES.find(({ when }) => when === 'at once') as Badge;
const GOALS = TIERS.map((tier) => LIVE.tiers[tier].goal);
const states = new Map<number, State>();

/** Drops the counts: after a rollback, a lost lease or a rebuild. */
export const forgetCounts = (orgId: number): void => void states.delete(orgId);

/**
 * What holds as soon as it holds, of the day that it is: counts the contacts of the batch and looks closely only at who
 * passed a goal. What lies further back is not counted here: it is looked at when its window closes.
 */
export async function decideAtOnce(tx: Tx, batch: Batch): Promise<void> {
  const counted = deltasOf(batch).filter(({ person, facts }) => person !== '' && (facts.handled || facts.short));
  if (touched(batch).definitions) forgetCounts(batch.orgId);
  if (counted.length === 0) return;
  const state = states.get(batch.orgId) ?? {
    roster: await rosterOf(tx, batch.orgId),
    days: new Map(),
    triedAt: new Map(),
  };
  states.set(batch.orgId, state);
  const passed = new Map<string, Set<string>>();
  for (const [zone, own] of Map.groupBy(counted, ({ person }) =>
    zoneOf(state.roster, { kind: 'person', id: person }),
  )) {
    const known = state.days.get(zone);
    const isOver = !known || batch.now >= known.span.to || batch.now < known.span.from;
    const day = isOver ? await dayIn(tx, batch, zone) : known;
    state.days.set(zone, day);
    const today = own.filter(({ bucket }) => bucket >= day.buckets.from && bucket < day.buckets.to);
    for (const { person, facts } of today) {
      // a day that was only just read holds this batch already
      const more = isOver ? 0 : (facts.handled ?? 0) - (facts.short ?? 0);
      day.contacts.set(person, (day.contacts.get(person) ?? 0) + more);
    }
    const hot = new Set(today.map(({ person }) => person).filter((person) => isHot({ state, day }, person, batch.now)));
    if (hot.size > 0) passed.set(zone, hot);
  }
  for (const [zone, people] of passed) await look(tx, batch, { state, zone, people: [...people] });
}

async function dayIn(tx: Tx, batch: Batch, zone: string): Promise<Day> {
  const span = resolveWindow('day', batch.now, zone);
  const buckets = bucketsOf(span);
  const sums = await sumByPerson(tx, batch.orgId, { ...buckets, facts: ['handled', 'short'] });
  const contacts = new Map([...sums].map(([person, facts]) => [person, (facts.handled ?? 0) - (facts.short ?? 0)]));
  return { span, buckets, contacts, goals: new Map() };
}

/** Whether somebody has passed a goal that was not answered yet, and was not looked at just now. */
function isHot({ state, day }: { state: State; day: Day }, person: string, now: number): boolean {
  const goal = GOALS[day.goals.get(person) ?? 0];
  if (goal === undefined || (day.contacts.get(person) ?? 0) < goal) return false;
  return now - (state.triedAt.get(person) ?? Number.NEGATIVE_INFINITY) >= REST_MS;
}

type Look = { state: State; zone: string; people: string[] };

async function look(tx: Tx, batch: Batch, { state, zone, people }: Look): Promise<void> {
  const day = state.days.get(zone) as Day;
  const { span } = day;
  const results = await resultsIn(tx, batch.orgId, { span, now: batch.now, people });
  const cases = results.map(
    (result): Case => ({ badge: LIVE, span, days: [], results: [result], person: result.subject.id }),
  );
  const position = touched(batch).position;
  const causes = async (whose: string[]) => {
    const legs = await lastLegs(tx, batch.orgId, { people: whose, from: span.from, to: span.to, position });
    return new Map(legs.map(({ person, source, id }) => [person, { source, id }]));
  };
  const earned = await earn(tx, batch, { cases, occasion: { now: batch.now, countsAt: batch.now, zone, causes } });
  for (const { person, results } of cases) for (const result of results) day.contacts.set(person, contactsOf(result));
  for (const person of people) {
    const [before, after] = [day.goals.get(person) ?? 0, earned.get(person) ?? 0];
    // who got something may get the next at once; who got nothing is held or not eligible, and rests
    if (after > before) day.goals.set(person, after);
    else state.triedAt.set(person, batch.now);
  }
}
