import type { KpiTile, Marks, Trend } from '$lib/contract/performance.ts';
import { isoDay } from '$lib/format.ts';
import { midnight } from '$lib/midnight.ts';

/** How far a chart of days looks back, today included. */
export const DAYS = 28;

export type Day = { at: number; value: number | null };
/** What a chart of days is drawn of. `marks`: the lines of the target in force now, worst first. */
export type DaysDrawn = {
  days: Day[];
  marks: { name: 'floor' | 'target' | 'stretch' | 'low' | 'high'; value: number }[];
};

/** The last days up to and with the day of `now`, as a window of their own. */
export function lastDays(now: number, timeZone: string): { from: string; to: string } {
  const today = isoDay(now, timeZone);
  return { from: midnight(today, timeZone, 1 - DAYS), to: midnight(today, timeZone, 1) };
}

/** What a chart of days must know of a KPI. */
export type Charted = Pick<KpiTile, 'id' | 'name' | 'unit' | 'better' | 'weight'> & {
  marks: Marks | { target: number } | null;
};

/** Days with their dates: a trend has one value a day from its begin on, whatever the clocks did meanwhile. */
export function daysOf(trend: Pick<Trend, 'from' | 'values'>, timeZone: string): Day[] {
  const first = isoDay(trend.from, timeZone);
  return trend.values.map((value, at) => ({ at: Date.parse(midnight(first, timeZone, at)), value }));
}

export const marksOf = (marks: Charted['marks']): DaysDrawn['marks'] =>
  (['floor', 'target', 'stretch', 'low', 'high'] as const).flatMap((name) => {
    const value = (marks as Record<string, number> | null)?.[name];
    return value === undefined ? [] : [{ name, value }];
  });

/** The KPIs that a chart can show: those of the scorecard first, and then whatever has a value on some day. */
export const charted = (kpis: readonly Charted[], trends: readonly Trend[]): Charted[] =>
  kpis
    .filter(({ id }) => trends.some(({ kpi, step }) => kpi === id && step === 'day'))
    .toSorted((a, b) => (b.weight ?? 0) - (a.weight ?? 0));
