import type { Definitions, Span } from '#server/attainment/scoring/plan.ts';
import { kpiMeasures } from '#server/facts/kpis/store.ts';
import { inForce } from '#server/facts/versions/rules.ts';
import { type VersionRow, versionRows } from '#server/facts/versions/store.ts';
import type { Tx } from '#server/foundation/db.ts';
import { baselineOf, measuresAt } from './baseline.ts';
import { DEFAULT_SCORECARDS, DEFAULT_TARGETS, type ScorecardVersion } from './defaults.ts';
import { baselineRows, definitionsVersion } from './store.ts';
import { holds, type TargetOf, type TargetSaid, type TargetVersion } from './targets.ts';

/** A target as its version keeps it. */
export type TargetBody = Pick<TargetSaid, 'kpi' | 'of' | 'rampDays' | 'marks'>;

/** A scorecard as its version keeps it. */
export type ScorecardBody = Pick<ScorecardVersion, 'kpis' | 'gates'>;

/**
 * All definitions in force for a window: of each KPI, target and scorecard the version at the window's last instant, and
 * the newest baselines from its begin or before. With `knownAt` (epoch ms), as they were known then. What is kept in
 * memory is asked whether it still stands.
 */
export async function definitionsFor(tx: Tx, orgId: number, span: Span, knownAt?: number): Promise<Definitions> {
  const version = await definitionsVersion(tx, orgId);
  if (knownAt !== undefined) return read(tx, orgId, { span, knownAt, version });
  const key = `${orgId}|${span.name}|${span.from}|${span.to}`;
  const known = remembered.get(key);
  if (known?.version === version) return known.definitions;
  const definitions = await read(tx, orgId, { span, knownAt: Number.MAX_SAFE_INTEGER, version });
  remembered.delete(key);
  remembered.set(key, { version, definitions });
  if (remembered.size > MOST) remembered.delete(remembered.keys().next().value ?? '');
  return definitions;
}

/** The key of a target: its KPI, whom it is for, and its ramp. */
export const targetKey = ({ kpi, of, rampDays }: TargetBody): string =>
  [kpi, nameOf(of), ...(rampDays === null ? [] : [`ramp:${rampDays}`])].join(' ');

/** Whom a target is for, as text. */
export const nameOf = (of: TargetOf): string => (of.kind === 'organisation' ? of.kind : `${of.kind}:${of.id}`);

export const targetOf = ({ body, version, effectiveFrom }: VersionRow<TargetBody>): TargetSaid => ({
  ...body,
  version,
  effectiveFrom,
  name: nameOf(body.of) + (body.rampDays === null ? '' : ` (first ${body.rampDays} days)`),
});

/** A scorecard without a line is the end of one. */
export const weighs = ({ kpis }: Pick<ScorecardVersion, 'kpis'>): boolean => kpis.length > 0;

export const scorecardOf = ({ key, body, version, effectiveFrom }: VersionRow<ScorecardBody>): ScorecardVersion => ({
  role: key,
  ...body,
  version,
  effectiveFrom,
});

const MOST = 200;
const remembered = new Map<string, { version: string; definitions: Definitions }>();

type Versions = { targets: VersionRow<TargetBody>[]; scorecards: VersionRow<ScorecardBody>[] };
const versions = new Map<number, { version: string; all: Versions }>();

/** Every version of targets and scorecards, read again only when there is a new one. */
async function versionsOf(tx: Tx, orgId: number, version: string): Promise<Versions> {
  const known = versions.get(orgId);
  if (known?.version === version) return known.all;
  const all = {
    targets: await versionRows<TargetBody>(tx, orgId, 'target_versions'),
    scorecards: await versionRows<ScorecardBody>(tx, orgId, 'scorecard_versions'),
  };
  versions.set(orgId, { version, all });
  return all;
}

type Reading = { span: Span; knownAt: number; version: string };

async function read(tx: Tx, orgId: number, { span, knownAt, version }: Reading): Promise<Definitions> {
  const at = { to: span.to, knownAt };
  const all = await versionsOf(tx, orgId, version);
  const targets = current(all.targets, at).map(targetOf);
  const scorecards = current(all.scorecards, at).map(scorecardOf);
  const baselines = (await baselineRows(tx, orgId, { from: span.from, knownAt })).map(baselineOf);
  const measures = measuresAt(await kpiMeasures(tx, orgId), span.to, knownAt);
  return {
    span,
    kpis: new Map(measures.map((measure) => [measure.id, measure])),
    targets: Map.groupBy(withDefaults(targets), (target) => target.kpi),
    scorecards: new Map(withDefaultCards(scorecards).map((scorecard) => [scorecard.role, scorecard])),
    baselines: new Map(baselines.map((baseline) => [`${baseline.role}|${baseline.site}`, baseline])),
    plans: new Map(),
  };
}

function current<Body>(rows: readonly VersionRow<Body>[], at: { to: number; knownAt: number }): VersionRow<Body>[] {
  const known = rows.filter((row) => row.knownAt <= at.knownAt);
  return [...Map.groupBy(known, (row) => row.key).values()].flatMap((versions) => inForce(versions, at.to) ?? []);
}

/** The house's own target of a KPI holds while the organisation has said nothing of one for everybody, not even its end. */
function withDefaults(targets: TargetSaid[]): TargetVersion[] {
  const own = new Set(targets.filter((target) => target.of.kind === 'organisation').map((target) => target.kpi));
  return [...targets.filter(holds), ...DEFAULT_TARGETS.filter((target) => !own.has(target.kpi))];
}

/** The house's own scorecard of a role holds while the organisation has said nothing of that role, not even its end. */
function withDefaultCards(scorecards: ScorecardVersion[]): ScorecardVersion[] {
  const own = new Set(scorecards.map(({ role }) => role));
  return [...DEFAULT_SCORECARDS.filter(({ role }) => !own.has(role)), ...scorecards.filter(weighs)];
}
