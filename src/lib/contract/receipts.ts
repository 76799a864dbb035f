import type { WindowSpan } from './windows.ts';

/**
 * One test, whole enough to be done again. A share is judged exactly: p is the chance of `successes` or more (`above`), or of
 * as many or fewer (`below`), among `n` units that each have `chance`; it speaks at p <= 0.025, and p is 1 where the count is
 * not beyond. Anything else is judged by its 95 % interval, which speaks where it lies wholly beyond the mark. With neither,
 * there were too few data, and nothing was judged.
 */
export type ReceiptTest = {
  of: 'guard' | 'gate' | 'window';
  kpi: string;
  label: string;
  side: 'above' | 'below';
  mark: number;
  exact: { successes: number; n: number; chance: number; p: number } | null;
  interval: [number, number] | null;
  formula: string;
  filled: string;
  speaks: boolean;
};

/** A sentence, the definition, the arithmetic with the numbers filled in, and the events behind each fact. */
export type Receipt = {
  subject: string;
  measure: string;
  window: WindowSpan;
  position: string;
  /** The number shown, exactly. */
  value: number | null;
  sentence: string;
  definition: { id: string; version: number; text: string } | null;
  target: { version: number; of: string; marks: Record<string, number> } | null;
  facts: Record<string, number>;
  sample: number | null;
  interval: [number, number] | null;
  shrinkage: { n: number; m0: number; n0: number; from: 'baseline' | 'target' } | null;
  /** `filled` is arithmetic in CEL; calculated in exact fractions and rounded once to `digits` decimals it gives `result`. */
  steps: { label: string; formula: string; filled: string; result: number | null; digits?: 0 | 1 | 6 }[];
  /** What was judged by a test: guards that may hold the value back, gates of a score, windows of a flag. */
  tests: ReceiptTest[];
  exclusions: { why: string; count: number }[];
  events: {
    position: string;
    source: string;
    id: string;
    type: string;
    time: string;
    facts: Record<string, number>;
    corrected: boolean;
  }[];
  eventsTotal: number;
  next: string | null;
  /** Where the window lies in a sealed past: events before this instant are removed, and none are listed. */
  sealed?: string;
};
