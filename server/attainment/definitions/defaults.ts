import type { Scorecard } from '#contract/definitions.ts';
import type { Marks } from '#contract/performance.ts';
import type { TargetVersion } from './targets.ts';

export type { TargetVersion } from './targets.ts';

export type ScorecardVersion = {
  role: string;
  kpis: Scorecard['kpis'];
  gates: Scorecard['gates'];
  version: number;
  effectiveFrom: number | null;
};

/**
 * Targets that hold until an organisation sets its own: only where the field has a customary value. Handle times, after-call
 * work, transfer rate, promoter scores and conversion depend on the trade, so that they have none.
 */
export const DEFAULT_TARGETS: readonly TargetVersion[] = Object.entries({
  service_level: { floor: 0.7, target: 0.8, stretch: 0.9 },
  service_level_answered: { floor: 0.7, target: 0.8, stretch: 0.9 },
  service_level_offered: { floor: 0.7, target: 0.8, stretch: 0.9 },
  service_level_less_sl: { floor: 0.7, target: 0.8, stretch: 0.9 },
  service_level_less_short: { floor: 0.7, target: 0.8, stretch: 0.9 },
  service_level_met: { floor: 0.7, target: 0.8, stretch: 0.9 },
  abandon_rate: { floor: 0.08, target: 0.05, stretch: 0.03 },
  abandon_rate_less_short: { floor: 0.08, target: 0.05, stretch: 0.03 },
  occupancy: { low: 0.75, high: 0.85, tolerance: 0.1 },
  adherence: { floor: 0.85, target: 0.9, stretch: 0.95 },
  conformance: { floor: 0.9, target: 0.95, stretch: 1 },
  fcr: { floor: 0.6, target: 0.7, stretch: 0.8 },
  csat: { floor: 0.7, target: 0.8, stretch: 0.9 },
  quality: { floor: 0.75, target: 0.85, stretch: 0.95 },
} satisfies Record<string, Marks>).map(([kpi, marks]) => ({
  kpi,
  of: { kind: 'organisation', id: '' },
  rampDays: null,
  marks,
  version: 0,
  effectiveFrom: null,
  name: 'organisation',
}));

/** The scorecard of an agent until an organisation sets its own. */
export const DEFAULT_SCORECARDS: readonly ScorecardVersion[] = [
  {
    role: 'agent',
    kpis: [
      { kpi: 'aht', weight: 40 },
      { kpi: 'transfer_rate', weight: 15 },
      { kpi: 'csat', weight: 20 },
      { kpi: 'quality', weight: 15 },
      { kpi: 'adherence', weight: 10 },
    ],
    gates: [],
    version: 0,
    effectiveFrom: null,
  },
];
