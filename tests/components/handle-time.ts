import type { KpiTile } from '../../src/lib/contract/performance.ts';

/** A handle time on target, as a tile gets it. */
export const handleTime: KpiTile = {
  id: 'aht',
  name: 'Average handle time',
  words: 'How long a contact takes.',
  unit: 'ms',
  better: 'lower',
  value: 252_000,
  sample: 38,
  interval: [231_000, 273_000],
  provisional: false,
  scored: 255_000,
  marks: { floor: 330_000, target: 270_000, stretch: 225_000 },
  attainment: 1080,
  status: 'met',
  held: null,
  minSample: 20,
  weight: 25,
  lift: null,
};
