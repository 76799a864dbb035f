import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import { type PersonResult, peopleCandidates } from '#server/attainment/performance/people.ts';
import { type Definitions, planFor } from '#server/attainment/scoring/plan.ts';
import { scoreOf } from '#server/attainment/scoring/scoring.ts';
import { bucketsOf, resolveWindow, type Span } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { rosterOf } from '#server/people/roster.ts';

/** How some people did in a window, the KPIs that only badges ask for included. */
export async function resultsIn(
  tx: Tx,
  orgId: number,
  { span, now, people }: { span: Span; now: number; people: string[] },
): Promise<PersonResult[]> {
  const roster = await rosterOf(tx, orgId);
  const definitions = await definitionsFor(tx, orgId, span);
  const among = { buckets: bucketsOf(span), people, roster, definitions };
  const found = await peopleCandidates(tx, orgId, among, { rows: needRows(definitions), series: false });
  return found.map((one) => {
    const plan = planFor(definitions, one.subject);
    return { ...one, plan, scored: scoreOf(plan, one.figures, now) };
  });
}

/** The local days of a span, in order. */
export function daysOf({ from, to }: { from: number; to: number }, zone: string): Span[] {
  const days: Span[] = [];
  for (let at = from; at < to; ) {
    const day = resolveWindow('day', at, zone);
    days.push(day);
    at = day.to;
  }
  return days;
}

const needRows = ({ kpis }: Definitions): boolean =>
  [...kpis.values()].some(({ definition }) => definition.filter || definition.caseMix);
