import type { FactSums } from '#contract/facts.ts';
import type { Held, Status } from '#contract/performance.ts';
import { factOf } from '#server/facts/kpis/formula.ts';
import type { Measure } from '#server/facts/kpis/measure.ts';
import { type Int, type Ratio, round } from '#server/facts/kpis/rational.ts';
import { attainmentOf, boundsOf, statusOf } from './marks.ts';
import type { GuardCheck, Plan, PlanItem } from './plan.ts';
import { eligible, scoreOfLines, shrunk, shrunkSum, unmixed } from './rules.ts';
import { type Count, ratioInterval, speaks, wilson } from './statistics.ts';

/** The facts of one queue and channel in a window. */
export type Row = { queue: string; channel: string; facts: FactSums };

/** A subject's facts in a window: the sums; where the plan needs them, by queue and channel, and by bucket (with rows). */
export type Figures = {
  sums: FactSums;
  rows?: readonly Row[] | undefined;
  buckets?: readonly { sums: FactSums; rows?: readonly Row[] | undefined }[] | undefined;
};

export type Measured = {
  id: string;
  value: number | null;
  sample: number;
  provisional: boolean;
  scored: number | null;
  /** Per-mille. */
  attainment: number | null;
  status: Status | null;
  held: Held | null;
};

export type Scored = {
  kpis: Measured[];
  score: number | null;
  eligible: boolean;
  gates: { kpi: string; mark: string }[];
};

/** One KPI of a subject: value, scored value, attainment, whether provisional or held. No database, no clock: `now` is epoch ms. */
export function measureOf(item: PlanItem, figures: Figures, now: number): Measured {
  const { measure } = item;
  const sums = sumsFor(measure, figures);
  const raw = measure.value.ratio(sums);
  const n = measure.sample.ratio(sums);
  const value = raw && finite(round(raw.num, raw.den));
  const sample = (n && finite(round(n.num, n.den))) ?? 0;
  const provisional = value === null || sample < item.minSample || now < item.settledAt;
  const scored = value === null || !raw ? null : scoredOf(item, { raw, n, figures });
  const line = item.target?.line;
  return {
    id: measure.id,
    value,
    sample,
    provisional,
    scored: scored && round(scored.num, scored.den),
    attainment: line && scored ? attainmentOf(line, scored.num, scored.den) : null,
    status: line && scored ? statusOf(line, scored.num, scored.den) : null,
    held: item.guards.length > 0 ? heldBy(item, figures) : null,
  };
}

/** The KPIs of the scorecard, the score, whether it counts, and the gates missed. */
export function scoreOf(plan: Plan, figures: Figures, now: number): Scored {
  const kpis: Measured[] = [];
  const lines: { weight: number; attainment: number | null; enough: boolean }[] = [];
  for (const item of plan.card) {
    const measured = measureOf(item, figures, now);
    kpis.push(measured);
    const enough = measured.value !== null && measured.sample >= item.minSample;
    lines.push({ weight: item.weight ?? 0, attainment: measured.attainment, enough });
  }
  const gates = missedGates(plan, figures, { kpis, now });
  const score = scoreOfLines(lines);
  return { kpis, score, eligible: score !== null && eligible(lines, gates.length), gates };
}

/** The 95 % interval of a KPI's raw value; null where none can be told. Means and ratios need `figures.buckets`. */
export function intervalOf(item: PlanItem, figures: Figures): [number, number] | null {
  const { measure } = item;
  if (measure.definition.kind === 'proportion') {
    const sums = sumsFor(measure, figures);
    const raw = measure.value.ratio(sums);
    const n = measure.sample.ratio(sums);
    return raw && n && wilson(Number(raw.num) / Number(raw.den), Number(n.num) / Number(n.den));
  }
  const { sides } = measure.value;
  if (!measure.additive || !sides || !figures.buckets) return null;
  return ratioInterval(
    figures.buckets.map((bucket) => {
      const sums = sumsFor(measure, bucket);
      return { num: Number(sides.num.of(sums)), den: Number(sides.den.of(sums)) };
    }),
  );
}

/** The sums that a KPI reads: all of them, or those of the queues and channels of its filter. */
export function sumsFor(measure: Measure, figures: Figures): FactSums {
  const { filter } = measure.definition;
  if (!filter) return figures.sums;
  const sums: Record<string, number> = {};
  for (const row of figures.rows ?? []) {
    if (filter.queues && !filter.queues.includes(row.queue)) continue;
    if (filter.channels && !filter.channels.includes(row.channel)) continue;
    for (const fact of measure.value.facts) sums[fact] = (sums[fact] ?? 0) + factOf(row.facts, fact);
    for (const fact of measure.sample.facts) {
      if (!measure.value.facts.includes(fact)) sums[fact] = (sums[fact] ?? 0) + factOf(row.facts, fact);
    }
  }
  return sums;
}

/** What a case mix is made of: the contacts of one's own per queue, in units of the KPI's sample. */
export function mixOf(item: PlanItem, figures: Figures): { queue: string; contacts: Int }[] {
  const { measure } = item;
  const queues = new Map<string, Row[]>();
  for (const row of figures.rows ?? []) queues.set(row.queue, [...(queues.get(row.queue) ?? []), row]);
  return [...queues].flatMap(([queue, rows]) => {
    const n = measure.sample.sides?.num.of(
      sumsFor(
        { ...measure, definition: { ...measure.definition, filter: measure.definition.filter ?? {} } },
        { sums: {}, rows },
      ),
    );
    return n ? [{ queue, contacts: n }] : [];
  });
}

/** Whether a value is drawn towards a mean: there is one, it weighs something, and the sample is one (never below zero). */
export const isDrawn = ({ prior, minSample }: PlanItem, n: Ratio | null): boolean =>
  prior !== null && minSample > 0 && n !== null && n.num >= 0;

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

type Raw = { raw: Ratio; n: Ratio | null; figures: Figures };

function scoredOf(item: PlanItem, { raw, n, figures }: Raw): Ratio {
  const { prior, minSample, measure } = item;
  const mixed = item.peers && figures.rows ? unmixed(raw, mixOf(item, figures), item.peers) : null;
  if (!prior || !n || !isDrawn(item, n)) return mixed ?? raw;
  const towards = { m0: prior.ratio, n0: minSample };
  if (!mixed && measure.perUnit !== null && n.num > 0) return shrunkSum(raw, measure.perUnit, towards);
  return shrunk(mixed ?? raw, n, towards);
}

function heldBy(item: PlanItem, figures: Figures): Held | null {
  for (const guard of item.guards) {
    const { measure, bound } = guard;
    const units = unitsOf(measure, figures);
    if (!units || !speaks(countOf(guard, units))) continue;
    return { guard: measure.id, value: round(units.ratio.num, units.ratio.den), bound };
  }
  return null;
}

/** What a guard counts against its bound. */
export const countOf = ({ measure, bound }: GuardCheck, { x, n }: { x: number; n: number }): Count => ({
  x,
  n,
  chance: bound,
  side: measure.definition.better === 'higher' ? 'below' : 'above',
});

/** A proportion as x of n units; null where it is none. */
export function unitsOf(measure: Measure, figures: Figures): { x: number; n: number; ratio: Ratio } | null {
  const sums = sumsFor(measure, figures);
  const ratio = measure.value.ratio(sums);
  const sample = measure.sample.ratio(sums);
  if (!ratio || !sample) return null;
  const n = Math.round(Number(sample.num) / Number(sample.den));
  const x = ratio.den === n ? Number(ratio.num) : Math.round((Number(ratio.num) / Number(ratio.den)) * n);
  return n > 0 && x >= 0 && x <= n ? { x, n, ratio } : null;
}

function missedGates(plan: Plan, figures: Figures, at: { kpis: readonly Measured[]; now: number }): Scored['gates'] {
  const missed: Scored['gates'] = [];
  for (const gate of plan.scorecard?.gates ?? []) {
    const item = plan.items.get(gate.kpi);
    if (!item?.target) continue;
    const measured = at.kpis.find((kpi) => kpi.id === gate.kpi) ?? measureOf(item, figures, at.now);
    if (!measured.provisional && misses(item, boundsOf(item.target.line, gate.mark), figures)) missed.push(gate);
  }
  return missed;
}

function misses(item: PlanItem, [least, most]: [number | null, number | null], figures: Figures): boolean {
  if (item.measure.definition.kind === 'proportion') {
    const units = unitsOf(item.measure, figures);
    if (!units) return false;
    const { x, n } = units;
    return (
      (least !== null && speaks({ x, n, chance: least, side: 'below' })) ||
      (most !== null && speaks({ x, n, chance: most, side: 'above' }))
    );
  }
  const interval = intervalOf(item, figures);
  if (!interval) return false;
  return (least !== null && interval[1] < least) || (most !== null && interval[0] > most);
}
