import { Temporal } from 'temporal-polyfill';
import type { FactSums } from '#contract/facts.ts';
import type { Baseline } from '#server/attainment/scoring/plan.ts';
import type { Measure } from '#server/facts/kpis/measure.ts';
import { type Int, round } from '#server/facts/kpis/rational.ts';
import { type KnownMeasure, kpiMeasures } from '#server/facts/kpis/store.ts';
import { sumByQueue, sumTotal } from '#server/facts/store.ts';
import { inForce } from '#server/facts/versions/rules.ts';
import { bucketsOf } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { type Roster, rosterOf, siteOf, zoneOf } from '#server/people/roster.ts';

/** An exact value on its way through the log; whole numbers beyond 2^53 as text. */
export type Fraction = { num: number | string; den: number | string };

/** What `baseline.set` says: pooled values by KPI, and by KPI and queue where a case mix asks for them. */
export type BaselineValues = {
  values: Record<string, Fraction>;
  queues: Record<string, Record<string, Fraction>>;
};

export type BaselineRow = {
  role: string;
  site: string;
  from: number;
  knownAt: number;
  position: number;
  body: BaselineValues;
};

/** How many closed days before a window its baseline looks at. */
export const BASELINE_DAYS = 28;

/**
 * The pooled values of everybody of a role at a site over the 28 local days before `from` (epoch ms), as `data` of a
 * `baseline.set` event. Amounts, and KPIs without a value in those days, are missing.
 */
export async function baselineFor(
  tx: Tx,
  orgId: number,
  of: { role: string; site: string; from: number },
): Promise<BaselineData> {
  const roster = await rosterOf(tx, orgId);
  const { role, site, from } = of;
  const asked = {
    people: peersOf(roster, role, site),
    ...bucketsOf({ from: daysBefore(from, zoneOf(roster, { kind: 'site', id: site })), to: from }),
  };
  const measures = measuresAt(await kpiMeasures(tx, orgId), from).filter((measure) => !measure.isAmount);
  const values: BaselineValues['values'] = {};
  const queues: BaselineValues['queues'] = {};
  const sums = await sumTotal(tx, orgId, asked);
  for (const measure of measures) {
    const { filter } = measure.definition;
    const own = filter ? await sumTotal(tx, orgId, { ...asked, filter }) : sums;
    put(values, measure, { key: measure.id, sums: own });
    if (!measure.definition.caseMix) continue;
    const byQueue: Record<string, Fraction> = {};
    for (const [queue, facts] of await sumByQueue(tx, orgId, { ...asked, filter }))
      put(byQueue, measure, { key: queue, sums: facts });
    queues[measure.id] = byQueue;
  }
  return { role, site, from, values, queues };
}

export type BaselineData = { role: string; site: string; from: number } & BaselineValues;

/** A baseline as the plan uses it: each pooled value is a KPI value, rounded once to 6 decimals. */
export function baselineOf({ role, site, from, body }: BaselineRow): Baseline {
  const queues = Object.entries(body.queues ?? {}).map(([kpi, byQueue]) => [kpi, rounded(byQueue)] as const);
  return { role, site, from, values: rounded(body.values), queues: Object.fromEntries(queues) };
}

/** Everybody whose first role this is and whose team is at the site, by id. */
export const peersOf = (roster: Roster, role: string, site: string): string[] =>
  [...roster.people.values()]
    .filter((person) => person.roles[0] === role && siteOf(roster, person.team)?.id === site)
    .map((person) => person.id)
    .sort();

/** The version of each KPI in force for a window that ends at `to`. */
export function measuresAt(
  measures: readonly KnownMeasure[],
  to: number,
  knownAt = Number.POSITIVE_INFINITY,
): Measure[] {
  const known = measures.filter((measure) => measure.knownAt === null || measure.knownAt <= knownAt);
  return [...Map.groupBy(known, (measure) => measure.id).values()].flatMap((versions) => inForce(versions, to) ?? []);
}

const rounded = (fractions: Record<string, Fraction>): Record<string, number> =>
  Object.fromEntries(Object.entries(fractions).map(([key, { num, den }]) => [key, round(whole(num), whole(den))]));

const whole = (value: number | string): Int => (typeof value === 'number' ? value : BigInt(value));
const told = (value: Int): number | string => (typeof value === 'number' ? value : value.toString());

function put(values: Record<string, Fraction>, measure: Measure, of: { key: string; sums: FactSums }): void {
  const exact = measure.value.ratio(of.sums);
  if (exact) values[of.key] = { num: told(exact.num), den: told(exact.den) };
}

const daysBefore = (from: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).subtract({ days: BASELINE_DAYS })
    .epochMilliseconds;
