import type { WindowSpan } from './windows.ts';

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
