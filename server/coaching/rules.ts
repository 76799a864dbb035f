import type { Status } from '#contract/performance.ts';
import { boundsOf } from '#server/attainment/scoring/marks.ts';
import type { Plan, PlanItem } from '#server/attainment/scoring/plan.ts';
import { unmixed } from '#server/attainment/scoring/rules.ts';
import { type Figures, intervalOf, measureOf, mixOf, sumsFor, unitsOf } from '#server/attainment/scoring/scoring.ts';
import { ALPHA, type Count, exactP } from '#server/attainment/scoring/statistics.ts';
import { approximate, round } from '#server/facts/kpis/rational.ts';

/** Rule (a): beyond the floor in at least `K` of the last `N` windows with enough sample. */
export const K = 2;
export const N = 3;

export type Grain = 'day' | 'week';
type Bounds = [least: number | null, most: number | null];

/** One window of one KPI of a person, tested against its mark. Times epoch ms; `p` only where the test is exact. */
export type Tested = {
  window: Grain;
  from: number;
  to: number;
  value: number;
  sample: number;
  interval: [number, number] | null;
  mark: number;
  p: number | null;
  /** What an exact test counted, and the wrong side of the mark; what was booked before they were kept has neither. */
  count?: Count | null;
  side?: Count['side'];
  beyond: boolean;
};

/** What a flag was judged by: definition and mark in force. */
export type FlagAbout = {
  definition: { version: number; text: string };
  target: { version: number; of: string; mark: 'floor' | 'bound'; marks: Record<string, number> };
  guardOf: string | null;
};

/** A KPI that may raise a flag for the people of a plan, and the bounds beyond which it does. */
export type Watch = { item: PlanItem; bounds: Bounds; weight: number; about: FlagAbout };

/** What is watched: the KPIs of the scorecard that have a target, and the guards of those that have guards. */
export function watchesOf(plan: Plan): Watch[] {
  const found = new Map<string, Watch>();
  for (const item of plan.card) if (item.target) found.set(item.measure.id, ownWatch(item, item.target));
  for (const speed of plan.card)
    for (const { measure, bound } of speed.guards) {
      const item = plan.items.get(measure.id);
      if (!item || found.has(measure.id)) continue;
      const bounds: Bounds = measure.definition.better === 'higher' ? [bound, null] : [null, bound];
      const target = { version: speed.measure.version, of: speed.measure.id, mark: 'bound' as const, marks: { bound } };
      const about = { definition: definitionOf(item), target, guardOf: speed.measure.id };
      found.set(measure.id, { item, bounds, weight: speed.weight ?? 0, about });
    }
  return [...found.values()];
}

/** Tests one window; null where there is no value or too little of it (provisional): that says nothing either way. */
export function testWindow(
  watch: Watch,
  figures: Figures,
  at: { grain: Grain; from: number; to: number; now: number },
) {
  const { item, bounds } = watch;
  const measured = measureOf({ ...item, guards: [] }, figures, at.now);
  if (measured.value === null || measured.provisional) return null;
  const factor = mixFactor(item, figures);
  const found =
    item.measure.definition.kind === 'proportion'
      ? exactly(item, figures, { bounds, factor })
      : byInterval(item, figures, { bounds, factor });
  if (!found) return null;
  const tested: Tested = {
    window: at.grain,
    from: at.from,
    to: at.to,
    value: sixth(measured.value * factor),
    sample: measured.sample,
    ...found,
  };
  return { tested, attainment: measured.attainment, status: measured.status as Status | null };
}

/** What is known of one KPI of a person at a closing: the windows with enough sample, oldest first. */
export type KpiWindows = {
  kpi: string;
  windows: readonly Tested[];
  open: { id: string; grain: Grain; evidence: readonly Tested[] } | null;
  /** Windows that ended by then were weighed by a leader who closed the flag before (epoch ms). */
  since: number;
};

export type Decision =
  | { kind: 'open'; kpi: string; windows: Tested[] }
  | { kind: 'join'; kpi: string; flag: string; windows: Tested[] }
  | { kind: 'close'; kpi: string; flag: string };

/** Rule (a) for a person: what opens, what joins an open flag, and what closes because it is gone for `N` windows. */
export function decideFlags(person: readonly KpiWindows[]): Decision[] {
  return person.flatMap(({ kpi, windows, open, since }): Decision[] => {
    if (open) return followed(kpi, windows, open);
    const last = windows.filter((window) => window.to > since).slice(-N);
    if (last.filter((window) => window.beyond).length < K) return [];
    return [{ kind: 'open', kpi, windows: last }];
  });
}

/** What there is to win: weight x missing attainment, in tenths of a point of the score. */
export function gainOf(weight: number, whole: number, attainment: number | null): number {
  if (whole <= 0) return 0;
  return Math.round((weight * Math.max(0, 1000 - (attainment ?? 500))) / whole);
}

/** How before and since compare, without a claim why: `cannot_tell` while either has too little. */
export type Side = { value: number | null; sample: number; interval: [number, number] | null; enough: boolean };
export type Movement = 'cannot_tell' | 'overlap' | 'better' | 'worse';

export function movementOf(before: Side, since: Side, better: 'higher' | 'lower' | 'range'): Movement {
  if (!before.enough || !since.enough || !before.interval || !since.interval || better === 'range')
    return 'cannot_tell';
  const up = since.interval[0] > before.interval[1];
  const down = since.interval[1] < before.interval[0];
  if (!up && !down) return 'overlap';
  return up === (better === 'higher') ? 'better' : 'worse';
}

function followed(kpi: string, windows: readonly Tested[], open: NonNullable<KpiWindows['open']>): Decision[] {
  const same = windows.filter((window) => window.window === open.grain);
  const last = same.slice(-N);
  const newest = last.at(-1);
  if (newest?.beyond && !open.evidence.some(({ from }) => from === newest.from))
    return [{ kind: 'join', kpi, flag: open.id, windows: [newest] }];
  return last.length === N && last.every((window) => !window.beyond) ? [{ kind: 'close', kpi, flag: open.id }] : [];
}

function ownWatch(item: PlanItem, target: NonNullable<PlanItem['target']>): Watch {
  const { version, of, marks, line } = target;
  const about: FlagAbout = {
    definition: definitionOf(item),
    target: { version, of, mark: 'floor', marks: { ...marks } },
    guardOf: null,
  };
  return { item, bounds: boundsOf(line, 'floor'), weight: item.weight ?? 0, about };
}

const definitionOf = ({ measure }: PlanItem) => ({ version: measure.version, text: measure.definition.value });

/** By what a value is multiplied to free it of its mix of queues; 1 where no case mix is on. */
function mixFactor(item: PlanItem, figures: Figures): number {
  const raw = item.peers && figures.rows ? item.measure.value.ratio(sumsFor(item.measure, figures)) : null;
  if (!raw || !item.peers || !(approximate(raw) > 0)) return 1;
  return approximate(unmixed(raw, mixOf(item, figures), item.peers)) / approximate(raw);
}

type By = { bounds: Bounds; factor: number };
type Outcome = Pick<Tested, 'interval' | 'mark' | 'p' | 'count' | 'side' | 'beyond'>;

function exactly(item: PlanItem, figures: Figures, { bounds: [least, most], factor }: By): Outcome | null {
  const units = unitsOf(item.measure, figures);
  if (!units) return null;
  const { x, n } = units;
  const count = (bound: number, side: Count['side']): Count => ({ x, n, chance: Math.min(1, bound / factor), side });
  const low = least === null ? null : count(least, 'below');
  const high = most === null ? null : count(most, 'above');
  const isLow = low !== null && (high === null || exactP(low) < exactP(high));
  const worst = isLow ? low : high;
  if (!worst) return null;
  const p = exactP(worst);
  const mark = (isLow ? least : most) ?? 0;
  const interval = scaled(intervalOf(item, figures), factor);
  return { interval, mark, p: sixth(p), count: worst, side: worst.side, beyond: p <= ALPHA };
}

function byInterval(item: PlanItem, figures: Figures, { bounds: [least, most], factor }: By): Outcome | null {
  const interval = scaled(intervalOf(item, figures), factor);
  if (!interval) return null;
  const low = least !== null && interval[1] < least;
  const high = most !== null && interval[0] > most;
  const isLow = most === null || low;
  const mark = (isLow ? least : most) ?? 0;
  return { interval, mark, p: null, count: null, side: isLow ? 'below' : 'above', beyond: low || high };
}

const scaled = (interval: [number, number] | null, factor: number): [number, number] | null =>
  interval && [sixth(interval[0] * factor), sixth(interval[1] * factor)];

const sixth = (value: number): number => {
  const parts = Math.round(value * 1e6);
  return Number.isSafeInteger(parts) ? round(parts, 1e6) : value;
};
