import type { WindowSpan } from './windows.ts';

export type Status = 'below' | 'near' | 'met' | 'exceeded';
export type Marks =
  | { floor: number; target: number; stretch: number }
  | { low: number; high: number; tolerance: number };
/** Why a value is held: the guard that is out of bounds, its value and its bound. */
export type Held = { guard: string; value: number; bound: number };

/** One KPI of a subject in a window. Durations in ms, shares 0 to 1, NPS -100 to 100, money in minor units. No value is null. */
export type KpiValue = {
  id: string;
  value: number | null;
  sample: number;
  interval: [number, number] | null;
  provisional: boolean;
  scored: number | null;
  marks: Marks | null;
  attainment: number | null;
  status: Status | null;
  held: Held | null;
};

/** A KPI as the screens need it, beside the public fields: its words, and how many more units make it count. */
export type KpiTile = KpiValue & {
  name: string;
  words: string;
  unit: string;
  better: 'higher' | 'lower' | 'range';
  minSample: number;
  weight: number | null;
  /** What the score would gain were this KPI at target, in points of the score; null where it cannot. */
  lift: number | null;
};

export type Performance = {
  subject: string;
  name: string;
  window: WindowSpan;
  position: string;
  facts: Record<string, number>;
  kpis: KpiTile[];
  score: number | null;
  eligible: boolean;
  /** Gates missed in this window. */
  gates: { kpi: string; mark: string }[];
  sources: { name: string; lastEventAt: string | null }[];
};

/** The window in buckets or days, for sparklines: one value per step, null where there was none. */
export type Trend = { kpi: string; step: '15m' | 'day'; from: string; values: (number | null)[] };
