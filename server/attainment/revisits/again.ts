import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import type { Subject } from '#server/attainment/definitions/targets.ts';
import { type PersonResult, peopleCandidates } from '#server/attainment/performance/people.ts';
import { subjectOf } from '#server/attainment/performance/subjects.ts';
import { type Definitions, planFor, type Span } from '#server/attainment/scoring/plan.ts';
import { scoreOf } from '#server/attainment/scoring/scoring.ts';
import { bucketsOf } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent, Position } from '#server/log/catalogue.ts';
import { rosterOf } from '#server/people/roster.ts';
import { type Biographies, saidOf } from '#server/people/said.ts';
import type { Review } from './consumer.ts';
import { type Cause, causeOf, silentOf } from './rules.ts';
import { type CauseAsked, causeRows, silentIn } from './store.ts';

/** A window to be weighed again: by what was defined when it was closed, and who people were then. Times are epoch ms. */
export type AgainAsked = {
  span: Span;
  closed: { position: Position; recordedAt: number };
  now: number;
  people: string[];
  biographies: Biographies;
  /** Leaves out what these sources, and all others, told more than a day late: only those named may earn so. */
  awarding?: readonly string[] | undefined;
};

/** How some people did in a closed window by all that is known now, weighed as it was when it was closed. */
export async function resultsAgain(tx: Tx, orgId: number, asked: AgainAsked): Promise<PersonResult[]> {
  const { span, closed, now, people, biographies, awarding } = asked;
  const roster = await rosterOf(tx, orgId);
  const definitions = await definitionsFor(tx, orgId, span, closed.recordedAt);
  const seats = new Map<string, Subject>();
  for (const person of people) {
    const said = saidOf(biographies, person, closed.position);
    if (said) seats.set(person, subjectOf(roster, said));
  }
  const among = {
    buckets: bucketsOf(span),
    people,
    roster,
    definitions,
    seats,
    only: awarding && counting(new Set(awarding)),
  };
  const found = await peopleCandidates(tx, orgId, among, { rows: needRows(definitions), series: false });
  return found.map((one) => {
    const plan = planFor(definitions, one.subject);
    return { ...one, plan, scored: scoreOf(plan, one.figures, now) };
  });
}

/** Whose window came out otherwise than it was decided, and after which place in the log. */
export type Differing = Pick<CauseAsked, 'person' | 'from' | 'to' | 'after'>;

/** Why it did: the cause of each, null where nothing that counts changed it, and whether silent history lies in it. */
export async function causesFor(
  tx: Tx,
  orgId: number,
  { review, differing }: { review: Review; differing: readonly Differing[] },
): Promise<{ cause: Cause | null; mixed: boolean }[]> {
  if (differing.length === 0) return [];
  const asked = differing.map((one) => ({ ...one, until: review.until }));
  const rows = Map.groupBy(await causeRows(tx, orgId, asked), ({ n }) => n);
  const mixed = await silentIn(tx, orgId, asked, review.awarding);
  const isSilent = silentOf(new Set(review.awarding));
  return asked.map((one, at) => ({ cause: causeOf(rows.get(at + 1) ?? [], one, isSilent), mixed: mixed.has(at + 1) }));
}

const counting =
  (awarding: ReadonlySet<string>) =>
  (event: LoggedEvent): boolean =>
    !silentOf(awarding)(event);

const needRows = ({ kpis }: Definitions): boolean =>
  [...kpis.values()].some(({ definition }) => definition.filter || definition.caseMix);
