import { Temporal } from 'temporal-polyfill';
import type { Effect } from '#contract/coaching.ts';
import { figuresOfBuckets, startOf } from '#server/attainment/performance/figures.ts';
import { type Answer, answer } from '#server/attainment/performance/performance.ts';
import type { PlanItem } from '#server/attainment/scoring/plan.ts';
import { intervalOf, measureOf } from '#server/attainment/scoring/scoring.ts';
import { minSampleOf } from '#server/facts/kpis/catalogue.ts';
import { resolveWindow } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { rosterOf, zoneOf } from '#server/people/roster.ts';
import { movementOf, type Side } from './rules.ts';
import type { PlanRow } from './store.ts';

/** How many days before a follow-up are held against how many since. */
export const EFFECT_DAYS = 10;

/** The local calendar date of an instant. */
export const localDate = (at: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();

/** The KPI before a follow-up and since: drawn as it is, no claim why. Null where the KPI or the person is gone. */
export async function effectOf(
  tx: Tx,
  orgId: number,
  { plan, now }: { plan: PlanRow; now: number },
): Promise<Effect | null> {
  const roster = await rosterOf(tx, orgId);
  if (!roster.people.has(plan.person)) return null;
  const zone = zoneOf(roster, { kind: 'person', id: plan.person });
  const day = resolveWindow('day', plan.launchedAt, zone);
  const shift = (days: number) =>
    Temporal.Instant.fromEpochMilliseconds(day.from).toZonedDateTimeISO(zone).add({ days }).epochMilliseconds;
  const custom = { from: shift(-EFFECT_DAYS), to: shift(EFFECT_DAYS + 1) };
  const of = { kind: 'person' as const, id: plan.person };
  const found = await answer(tx, orgId, { of, window: 'custom', at: now, custom, now });
  const item = found.plan.items.get(plan.kpi);
  if (!item) return null;
  const before = sideOf(found, item, { from: custom.from, to: day.from });
  const since = sideOf(found, item, { from: day.to, to: custom.to });
  const marks = item.target?.marks;
  return {
    before: told(before, custom.from, day.from),
    since: told(since, day.to, custom.to),
    days: daysOf(found, item, { zone, now, split: day }),
    target: marks && 'target' in marks ? marks.target : null,
    movement: movementOf(before, since, item.measure.definition.better),
  };
}

type Part = { from: number; to: number };

function partOf({ figures }: Answer, { from, to }: Part) {
  const buckets = figures.buckets.filter(({ bucket }) => startOf(bucket) >= from && startOf(bucket) < to);
  return { ...figuresOfBuckets(buckets), buckets };
}

/** A week's least sample is enough to compare by. */
function sideOf(found: Answer, item: PlanItem, part: Part): Side {
  const figures = partOf(found, part);
  const { value, sample } = measureOf({ ...item, guards: [] }, figures, found.question.now);
  const least = minSampleOf(item.measure.definition, { name: 'week', ...part });
  return { value, sample, interval: intervalOf(item, figures), enough: value !== null && sample >= least };
}

const told = ({ value, sample, interval }: Side, from: number, to: number): Effect['before'] => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
  value,
  sample,
  interval,
});

function daysOf(found: Answer, item: PlanItem, { zone, now, split }: { zone: string; now: number; split: Part }) {
  const days: Effect['days'] = [];
  for (let from = found.span.from; from < Math.min(found.span.to, now); ) {
    const { to } = resolveWindow('day', from, zone);
    const { value } = measureOf({ ...item, guards: [] }, partOf(found, { from, to }), now);
    days.push({ from: new Date(from).toISOString(), value, since: from >= split.to });
    from = to;
  }
  return days;
}
