import type { PersonResult } from '#server/attainment/performance/people.ts';
import { causesFor, resultsAgain } from '#server/attainment/revisits/again.ts';
import type { Review } from '#server/attainment/revisits/consumer.ts';
import type { Cause } from '#server/attainment/revisits/rules.ts';
import type { Closed } from '#server/attainment/revisits/store.ts';
import type { Tx } from '#server/foundation/db.ts';
import { isBackfill } from '#server/ingest/backfill.ts';
import { append } from '#server/log/append.ts';
import { HOUSE, type LoggedEvent, type NewEvent } from '#server/log/catalogue.ts';
import { type Batch, touched } from '#server/log/consumer.ts';
import { AWARD_RULES, type AwardRule, amountOf, awardId } from './awards.ts';
import { nextWordId, wordsOn } from './chains.ts';
import { balancesOf, post } from './ledger.ts';
import { type Given, postingOf, transferOf } from './rules.ts';

/** A window of somebody under a rule: what it is worth by now. */
type Worth = { rule: AwardRule; closed: Closed; person: string; amount: number; score: number | null };
type Changed = Worth & { base: string; said: LoggedEvent[]; given: Given };

/**
 * Weighs again the windows in which something changed after they were closed, and posts what differs from what was given
 * for them: once, with the award and the cause named. Points that were spent already are written off, so that nobody owes.
 */
export async function revisitAwards(batch: Batch, tx: Tx, review: Review): Promise<void> {
  const { orgId } = batch;
  const worth = await worthNow(tx, orgId, review);
  const changed = await changedOf(tx, orgId, worth);
  const causes = await causesFor(tx, orgId, { review, differing: changed.map(differingOf) });
  const posted: { one: Changed; cause: Cause }[] = [];
  for (const [at, one] of changed.entries()) {
    const { cause = null, mixed = false } = causes[at] ?? {};
    if (!cause) continue;
    const now = mixed ? { ...one, ...(await worthWithout(tx, orgId, { one, review })) } : one;
    if (now.amount !== now.given.amount) posted.push({ one: now, cause });
  }
  await say(batch, tx, posted);
}

async function worthNow(tx: Tx, orgId: number, { windows, biographies, allAward }: Review): Promise<Worth[]> {
  const worth: Worth[] = [];
  for (const { closed, people } of windows) {
    const rules = AWARD_RULES.filter((rule) => rule.window === closed.window);
    if (rules.length === 0 || (isBackfill(closed) && !allAward)) continue;
    const results = await weigh(tx, orgId, { closed, people, biographies });
    for (const rule of rules)
      for (const person of people) worth.push({ rule, closed, person, ...amountIn(rule, results.get(person)) });
  }
  return worth;
}

type Weighing = Pick<Review, 'biographies'> & { closed: Closed; people: string[]; awarding?: string[] };

async function weigh(tx: Tx, orgId: number, asked: Weighing): Promise<Map<string, PersonResult>> {
  const { closed } = asked;
  const span = { name: closed.window, from: closed.from, to: closed.to };
  const results = await resultsAgain(tx, orgId, { ...asked, span, now: closed.recordedAt });
  return new Map(results.map((result) => [result.subject.id, result]));
}

const amountIn = (rule: AwardRule, result: PersonResult | undefined): Pick<Worth, 'amount' | 'score'> => ({
  amount: result ? amountOf(rule, result) : 0,
  score: result?.scored.score ?? null,
});

/** The same without history that came in late and earns nothing. */
async function worthWithout(tx: Tx, orgId: number, { one, review }: { one: Changed; review: Review }) {
  const { closed, person, rule } = one;
  const results = await weigh(tx, orgId, { ...review, closed, people: [person] });
  return amountIn(rule, results.get(person));
}

async function changedOf(tx: Tx, orgId: number, worth: readonly Worth[]): Promise<Changed[]> {
  const baseOf = ({ rule, person, closed }: Worth) => awardId(rule, person, closed);
  const words = await wordsOn(tx, orgId, worth.map(baseOf));
  return worth.flatMap((one) => {
    const base = baseOf(one);
    const said = words.get(base) ?? [];
    const given = givenBy(said);
    return given.amount === one.amount ? [] : [{ ...one, base, said, given }];
  });
}

/** What all words on an award together gave, and what of it is written off. */
function givenBy(said: readonly LoggedEvent[]): Given {
  const borne = said.reduce((sum, { data }) => sum + Number(data.writtenOff ?? 0) - Number(data.recovered ?? 0), 0);
  return { amount: Number(said.at(-1)?.data.amount ?? 0), borne };
}

const differingOf = ({ person, closed, said }: Changed) => ({
  person,
  from: closed.from,
  to: closed.to,
  after: Math.max(closed.position, Number(said.findLast(({ type }) => type === 'points.corrected')?.data.until ?? 0)),
});

async function say(batch: Batch, tx: Tx, posted: readonly { one: Changed; cause: Cause }[]): Promise<void> {
  if (posted.length === 0) return;
  const { orgId, now } = batch;
  // an award that was decided a moment ago is booked before any of it is taken back; its own turn finds it done
  const before = posted.flatMap(({ one }) => one.said.flatMap((event) => transferOf(event) ?? []));
  await post(tx, orgId, before);
  const balances = await balancesOf(tx, orgId, [...new Set(posted.map(({ one }) => one.person))]);
  const events = posted.map(({ one, cause }) => {
    const balance = balances.get(one.person) ?? 0;
    const posting = postingOf(one.given, one.amount, balance);
    balances.set(one.person, balance + one.amount - one.given.amount + posting.writtenOff - posting.recovered);
    return correctedEvent(one, { ...posting, ...cause, until: touched(batch).position });
  });
  const { events: written } = await append(tx, { orgId, now }, events);
  await post(
    tx,
    orgId,
    written.flatMap((event) => transferOf(event) ?? []),
  );
  for (const { one } of posted) touched(batch).people.add(one.person);
}

function correctedEvent(one: Changed, told: Record<string, unknown>): NewEvent {
  const { rule, closed, person, amount, score, base, said, given } = one;
  const { window, zone, from, to } = closed;
  const before = said.at(-1);
  return {
    source: HOUSE,
    id: nextWordId(base, said),
    type: 'points.corrected',
    // it belongs to the window that it corrects, so that what was earned there is right on every board
    time: to - 1,
    agent: { source: HOUSE, name: person },
    data: {
      rule: rule.id,
      version: rule.version,
      person,
      window,
      zone,
      from,
      to,
      amount,
      before: given.amount,
      score: score === null ? null : Math.round(score * 10),
      scoreBefore: before?.data.score ?? null,
      of: before?.id ?? null,
      closing: closed.id,
      ...told,
    },
  };
}
