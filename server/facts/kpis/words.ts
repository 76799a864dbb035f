import type { Kpi } from '#contract/definitions.ts';

/** A KPI of the catalogue: its public definition, where the definition comes from, and how long its value is unsettled. */
export type BuiltIn = Kpi & { words: string; source: string; settleDays?: number };

type Least = { hour: number; day: number; week: number; month: number };

/** Least samples of means over contacts, of shares of contacts, and of shares of time (in minutes). */
export const COUNTED: Least = { hour: 5, day: 10, week: 30, month: 50 };
export const RATED: Least = { hour: 10, day: 20, week: 50, month: 100 };
export const HOURS: Least = { hour: 30, day: 120, week: 600, month: 1200 };
export const SURVEYED: Least = { hour: 5, day: 5, week: 10, month: 15 };
export const REVIEWED: Least = { hour: 2, day: 2, week: 3, month: 4 };

/** The least sample of every calendar window; the longer ones ask what a month asks. */
export function perWindow(least: Least): Exclude<Kpi['minSample'], number> {
  const { hour, day, week, month } = least;
  return { hour, '60m': hour, day, week, month, quarter: month, season: month };
}
