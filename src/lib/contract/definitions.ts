import { z } from 'zod';
import { WindowName } from './windows.ts';
import { Id, Instant, Role, Text } from './words.ts';

export const MARKS = ['floor', 'target', 'stretch'] as const;
export type Mark = (typeof MARKS)[number];

const KpiId = z.string().regex(/^[a-z][a-z0-9_]{0,47}$/, 'must match [a-z][a-z0-9_]{0,47}');
const Formula = z.string().min(1).max(500);
const Bound = z.number().min(0).max(1_000_000_000);

export const Guard = z.object({ kpi: KpiId, bound: Bound.optional() });

/** A KPI: `value` and `sample` are CEL expressions over facts. `minSample` may differ per window. */
export const Kpi = z.object({
  id: KpiId,
  name: Text(80),
  words: Text(500).optional(),
  unit: z.enum(['ms', 'share', 'nps', 'count', 'money', 'number']),
  better: z.enum(['higher', 'lower', 'range']),
  kind: z.enum(['proportion', 'mean', 'ratio']),
  value: Formula,
  sample: Formula,
  minSample: z.union([
    z.int().min(0).max(1_000_000),
    z
      .partialRecord(WindowName, z.int().min(0).max(1_000_000))
      .refine((m) => Object.keys(m).length > 0, 'must not be empty'),
  ]),
  controllable: z.boolean().default(true),
  guards: z.array(Guard).max(10).optional(),
  filter: z
    .object({ queues: z.array(Text(64)).max(500).optional(), channels: z.array(Text(32)).max(50).optional() })
    .optional(),
  ties: z.boolean().optional(),
  caseMix: z.boolean().optional(),
  effectiveFrom: Instant.optional(),
});

const Marks = { floor: z.number(), target: z.number(), stretch: z.number() };
const Range = { low: z.number(), high: z.number(), tolerance: z.number().min(0) };
/** Which target: of what, and for whom. */
export const TargetSubject = {
  kpi: KpiId,
  person: Id.optional(),
  team: Id.optional(),
  queue: Text(64).optional(),
  site: Id.optional(),
  role: Role.optional(),
  /** New-hire ramp: days since `startedOn` during which this target holds (person and role targets). */
  rampDays: z.int().min(1).max(1000).optional(),
};
const TargetOf = { ...TargetSubject, effectiveFrom: Instant.optional() };
/** `ended`: from then on there is no such target, and the next specific one counts. */
export const Target = z.union([
  z.object({ ...TargetOf, ended: z.literal(true) }),
  z.object({ ...TargetOf, ...Marks }),
  z.object({ ...TargetOf, ...Range }),
]);

/** From then on a role has no scorecard, and no score. */
export const ScorecardEnd = z.strictObject({ ended: z.literal(true), effectiveFrom: Instant.optional() });

export const Scorecard = z.object({
  kpis: z
    .array(z.object({ kpi: KpiId, weight: z.int().min(1).max(1000) }))
    .min(1)
    .max(30),
  gates: z
    .array(z.object({ kpi: KpiId, mark: z.enum(MARKS) }))
    .max(30)
    .default([]),
  effectiveFrom: Instant.optional(),
});

/** measure: `score`, `points`, a KPI id, `improved:<kpi>` or `to_target:<kpi>`. */
export const Board = z.object({
  id: Id,
  measure: z.string().regex(/^(score|points|((improved|to_target):)?[a-z][a-z0-9_]{0,47})$/),
  window: WindowName.exclude(['custom']).default('day'),
  unit: z.enum(['person', 'team']).default('person'),
  scopes: z
    .array(z.string().regex(/^(org|site:[A-Za-z0-9._-]{1,64}|team:[A-Za-z0-9._-]{1,64})$/))
    .min(1)
    .max(100)
    .default(['org']),
  mode: z.enum(['benchmark', 'top-n', 'full', 'team']).default('benchmark'),
  n: z.int().min(1).max(500).default(10),
});

export type Kpi = z.infer<typeof Kpi>;
export type Guard = z.infer<typeof Guard>;
export type Target = z.infer<typeof Target>;
export type Scorecard = z.infer<typeof Scorecard>;
export type Board = z.infer<typeof Board>;

/** A KPI as `GET /api/v1/kpis` tells it. `effectiveFrom` null: it holds from the beginning; version 0 is the house's own. */
export type KpiItem = Omit<Kpi, 'effectiveFrom'> & {
  words: string;
  /** Where the definition comes from. */
  source: string;
  version: number;
  builtIn: boolean;
  effectiveFrom: string | null;
};
type Told<Item> = Item extends unknown
  ? Omit<Item, 'effectiveFrom'> & { version: number; effectiveFrom: string | null }
  : never;
/** `until`: when it ends, where that is known. */
export type TargetItem = Told<Target> & { until?: string };
export type ScorecardItem = Omit<Scorecard, 'effectiveFrom'> & {
  role: Role;
  version: number;
  effectiveFrom: string | null;
  /** When it ends, where that is known. */
  until?: string;
  /** Of a version that takes the scorecard away: it has no lines. */
  ended?: true;
};

/**
 * One version among all of a definition: when it was said and by whom as far as that is known, and until when it holds
 * where that is known. One that was replaced before it began holds until it begins.
 */
export type Version<Item> = Item & { saidAt: string | null; by: string | null; until: string | null };
export type Versions<Item> = { items: Version<Item>[]; position: string };
