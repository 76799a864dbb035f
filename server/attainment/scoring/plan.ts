import type { Mark } from '#contract/definitions.ts';
import type { Marks } from '#contract/performance.ts';
import type { ScorecardVersion, TargetVersion } from '#server/attainment/definitions/defaults.ts';
import { type Subject, targetFor } from '#server/attainment/definitions/targets.ts';
import { minSampleOf } from '#server/facts/kpis/catalogue.ts';
import type { Measure } from '#server/facts/kpis/measure.ts';
import { aimOf, type Line, lineOf } from './marks.ts';
import { type Peers, type Prior, priorOf } from './rules.ts';

/** A window in epoch ms. */
export type Span = { name: string; from: number; to: number };

/** Pooled values of the people of a role at a site before a window: by KPI, and by KPI and queue. */
export type Baseline = {
  role: string;
  site: string;
  from: number;
  values: Readonly<Record<string, number>>;
  queues: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

/** All definitions in force for a window of an organisation, in memory; drop it when a definition or a baseline changes. */
export type Definitions = {
  span: Span;
  kpis: ReadonlyMap<string, Measure>;
  /** Target versions in force, by KPI. */
  targets: ReadonlyMap<string, readonly TargetVersion[]>;
  scorecards: ReadonlyMap<string, ScorecardVersion>;
  /** By `role|site`. */
  baselines: ReadonlyMap<string, Baseline>;
  /** Plans made so far; filled by planFor. */
  plans: Map<string, Plan>;
};

export type GuardCheck = { measure: Measure; bound: number };
export type PlanTarget = { version: number; of: string; marks: Marks; line: Line };

/** All that is needed to weigh one KPI of one kind of subject. */
export type PlanItem = {
  measure: Measure;
  weight: number | null;
  gates: readonly Mark[];
  minSample: number;
  /** Epoch ms from which on the value is no longer provisional for want of time. */
  settledAt: number;
  target: PlanTarget | null;
  prior: Prior | null;
  guards: readonly GuardCheck[];
  peers: Peers | null;
};

export type Plan = {
  items: ReadonlyMap<string, PlanItem>;
  /** The lines of the scorecard, in its order; empty without one. */
  card: readonly PlanItem[];
  scorecard: ScorecardVersion | null;
  /** What calculating the score needs beside the sums: rows by queue and channel, sums by bucket. */
  needs: { rows: boolean; buckets: boolean };
};

const DAY_MS = 86_400_000;

/** The plan of a subject, made once per kind of subject and definitions. */
export function planFor(definitions: Definitions, subject: Subject): Plan {
  const key = keyOf(definitions, subject);
  const known = definitions.plans.get(key);
  if (known) return known;
  const plan = makePlan(definitions, subject);
  definitions.plans.set(key, plan);
  return plan;
}

function keyOf(definitions: Definitions, subject: Subject): string {
  if (subject.kind !== 'person') return `${subject.kind}:${subject.id}`;
  const own = personal(definitions).has(subject.id) ? subject.id : '';
  const ramp = ramped(definitions) ? (subject.startedOn ?? '') : '';
  return `${subject.role ?? ''}|${subject.team ?? ''}|${subject.site ?? ''}|${own}|${ramp}`;
}

type Traits = { people: Set<string>; ramps: boolean };
const traits = new WeakMap<object, Traits>();

function traitsOf(definitions: Definitions): Traits {
  let found = traits.get(definitions);
  if (!found) {
    found = { people: new Set(), ramps: false };
    for (const target of [...definitions.targets.values()].flat()) {
      if (target.of.kind === 'person') found.people.add(target.of.id);
      if (target.rampDays !== null) found.ramps = true;
    }
    traits.set(definitions, found);
  }
  return found;
}

const personal = (definitions: Definitions) => traitsOf(definitions).people;
const ramped = (definitions: Definitions) => traitsOf(definitions).ramps;

function makePlan(definitions: Definitions, subject: Subject): Plan {
  const scorecard = scorecardFor(definitions, subject);
  const items = new Map<string, PlanItem>();
  for (const measure of definitions.kpis.values()) {
    items.set(measure.id, itemOf(definitions, { subject, measure, scorecard }));
  }
  const card = (scorecard?.kpis ?? []).flatMap((line) => items.get(line.kpi) ?? []);
  const gated = (scorecard?.gates ?? []).flatMap((gate) => items.get(gate.kpi) ?? []);
  return { items, card, scorecard, needs: needsOf(card, gated) };
}

function needsOf(card: readonly PlanItem[], gated: readonly PlanItem[]): Plan['needs'] {
  const rows = [...card, ...gated].some(
    (item) => item.peers || item.measure.definition.filter || item.guards.some((g) => g.measure.definition.filter),
  );
  return { rows, buckets: gated.some((item) => item.measure.definition.kind !== 'proportion') };
}

function scorecardFor(definitions: Definitions, subject: Subject): ScorecardVersion | null {
  if (subject.kind === 'queue' || subject.kind === 'site') return null;
  const role = subject.kind === 'team' ? 'agent' : subject.role;
  return (role && definitions.scorecards.get(role)) || null;
}

type Wanted = { subject: Subject; measure: Measure; scorecard: ScorecardVersion | null };

function itemOf(definitions: Definitions, { subject, measure, scorecard }: Wanted): PlanItem {
  const target = targetOf(definitions, subject, measure);
  const baseline = baselineFor(definitions, subject);
  return {
    measure,
    weight: scorecard?.kpis.find((line) => line.kpi === measure.id)?.weight ?? null,
    gates: (scorecard?.gates ?? []).filter((gate) => gate.kpi === measure.id).map((gate) => gate.mark),
    minSample: minSampleOf(measure.definition, definitions.span),
    settledAt: measure.definition.settleDays ? definitions.span.to + measure.definition.settleDays * DAY_MS : 0,
    target,
    prior: priorFor(measure, baseline, target),
    guards: guardsOf(definitions, subject, measure),
    peers: peersOf(measure, baseline),
  };
}

function targetOf(definitions: Definitions, subject: Subject, measure: Measure): PlanTarget | null {
  const found = targetFor(definitions.targets.get(measure.id) ?? [], subject, definitions.span.to);
  const { better } = measure.definition;
  if (!found || 'low' in found.marks !== (better === 'range')) return null;
  return { version: found.version, of: found.name, marks: found.marks, line: lineOf(better, found.marks) };
}

function baselineFor(definitions: Definitions, subject: Subject): Baseline | null {
  if (subject.kind === 'queue') return null;
  const role = subject.kind === 'person' ? subject.role : 'agent';
  const site = subject.kind === 'site' ? subject.id : subject.site;
  return definitions.baselines.get(`${role}|${site}`) ?? null;
}

function priorFor(measure: Measure, baseline: Baseline | null, target: PlanTarget | null): Prior | null {
  if (measure.isAmount) return null;
  const pooled = baseline && Object.hasOwn(baseline.values, measure.id) ? baseline.values[measure.id] : undefined;
  if (pooled !== undefined) return priorOf(pooled, 'baseline');
  return target ? priorOf(aimOf(target.marks), 'target') : null;
}

function peersOf(measure: Measure, baseline: Baseline | null): Peers | null {
  const overall = baseline?.values[measure.id];
  const queues = baseline?.queues[measure.id];
  if (!measure.definition.caseMix || overall === undefined || !queues) return null;
  return { overall, queues };
}

function guardsOf(definitions: Definitions, subject: Subject, measure: Measure): GuardCheck[] {
  return (measure.definition.guards ?? []).flatMap((guard) => {
    const against = definitions.kpis.get(guard.kpi);
    if (against?.definition.kind !== 'proportion') return [];
    const set = targetFor(definitions.targets.get(guard.kpi) ?? [], subject, definitions.span.to);
    const bound = guard.bound ?? (set && set.version > 0 && !('low' in set.marks) ? set.marks.floor : undefined);
    return bound === undefined ? [] : [{ measure: against, bound }];
  });
}
