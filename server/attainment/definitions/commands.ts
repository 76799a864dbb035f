import type { Scorecard, Target } from '#contract/definitions.ts';
import type { Marks } from '#contract/performance.ts';
import { type Better, refusalOfMarks } from '#server/attainment/scoring/marks.ts';
import { kpiMeasures } from '#server/facts/kpis/store.ts';
import { type VersionRow, versionRows } from '#server/facts/versions/store.ts';
import { type DefinitionDesk, putVersions, type VersionKind, type Wanted } from '#server/facts/versions/versions.ts';
import { invalid, type PathError } from '#server/foundation/refusals.ts';
import type { Position } from '#server/log/catalogue.ts';
import { DEFAULT_SCORECARDS, DEFAULT_TARGETS, type ScorecardVersion } from './defaults.ts';
import { type ScorecardBody, scorecardOf, type TargetBody, targetKey, targetOf, weighs } from './definitions.ts';
import type { TargetOf, TargetSaid } from './targets.ts';

export const TARGET_VERSIONS: VersionKind = { table: 'target_versions', type: 'target.set' };
export const SCORECARD_VERSIONS: VersionKind = { table: 'scorecard_versions', type: 'scorecard.set' };

/**
 * Sets targets. What stands there already appends nothing.
 * @throws Refusal invalid `marks_out_of_order`, `marks_not_a_range`, `marks_a_range`, `marks_too_large`, `kpi_unknown`,
 *   `target_of_many`, `target_unknown`, `ramp_of_nobody` or `repeated`, by path
 */
export async function setTargets(
  desk: DefinitionDesk,
  items: readonly Target[],
): Promise<{ items: TargetSaid[]; position: Position }> {
  const betters = await bettersOf(desk);
  const wanted = items.map((item, index) => ({ path: `/${index}`, item, body: targetBody(item, `/${index}`) }));
  for (const { body, path } of wanted) refuseMarks(body, { path, betters });
  refuseRepeated(wanted.map(({ body, path }) => ({ key: targetKey(body), path })));
  const said = await versionRows<TargetBody>(desk.tx, desk.orgId, 'target_versions');
  refuseEnds(wanted, new Set([...said.map(({ key }) => key), ...DEFAULT_TARGETS.map(targetKey)]));
  const lines = wanted.map(({ body, item }) => lineOf(targetKey(body), body, item.effectiveFrom));
  const { rows, position } = await putVersions(desk, TARGET_VERSIONS, [
    ...lines,
    ...lines.flatMap((line) => (line.body.marks === null ? endsAfter(said, line, desk.now, isTarget) : [])),
  ]);
  return { items: rows.slice(0, lines.length).map(targetOf), position };
}

/** A scorecard as it is asked for: gates that are absent stay. */
export type ScorecardWish = Omit<Scorecard, 'gates'> & { gates?: Scorecard['gates'] | undefined };

/**
 * Sets the scorecard of a role.
 * @throws Refusal invalid `kpi_unknown` or `repeated`, by path
 */
export async function setScorecard(
  desk: DefinitionDesk,
  role: string,
  wish: ScorecardWish,
): Promise<{ items: ScorecardVersion[]; position: Position }> {
  const said = await versionRows<ScorecardBody>(desk.tx, desk.orgId, 'scorecard_versions');
  const before = said.findLast(({ key }) => key === role);
  const body = { kpis: wish.kpis, gates: wish.gates ?? before?.body.gates ?? [] };
  refuseLines(body, await bettersOf(desk));
  const { rows, position } = await putVersions<ScorecardBody>(desk, SCORECARD_VERSIONS, [
    { key: role, body, from: instantOf(wish.effectiveFrom) },
  ]);
  return { items: rows.map(scorecardOf), position };
}

/**
 * Takes the scorecard of a role away: from then on the role has no score. Windows that end before stay as they are.
 * @throws Refusal invalid `scorecard_unknown`
 */
export async function endScorecard(
  desk: DefinitionDesk,
  role: string,
  { effectiveFrom }: { effectiveFrom?: string | undefined },
): Promise<{ items: ScorecardVersion[]; position: Position }> {
  const said = await versionRows<ScorecardBody>(desk.tx, desk.orgId, 'scorecard_versions');
  if (![...said.map(({ key }) => key), ...DEFAULT_SCORECARDS.map((card) => card.role)].includes(role))
    throw refusal('scorecard_unknown', { path: '/ended', message: 'there is no scorecard of this role to end' });
  const end = { key: role, body: { kpis: [], gates: [] }, from: instantOf(effectiveFrom), later: true };
  const { rows, position } = await putVersions<ScorecardBody>(desk, SCORECARD_VERSIONS, [
    end,
    ...endsAfter(said, end, desk.now, weighs),
  ]);
  return { items: rows.slice(0, 1).map(scorecardOf), position };
}

/** What a target says, as its version keeps it. @throws Refusal invalid `target_of_many`, `ramp_of_nobody` */
export function targetBody(item: Target, path: string): TargetBody {
  const given = (['person', 'team', 'role', 'queue', 'site'] as const).filter((kind) => item[kind] !== undefined);
  const [kind] = given;
  if (given.length > 1)
    throw refusal('target_of_many', {
      path: `${path}/${given[1]}`,
      message: `a target is for one subject, not for ${given.join(' and ')}`,
    });
  if (item.rampDays !== undefined && kind !== 'person' && kind !== 'role') {
    throw refusal('ramp_of_nobody', { path: `${path}/rampDays`, message: 'a ramp is for a person or a role' });
  }
  const of: TargetOf = kind ? { kind, id: item[kind] as string } : { kind: 'organisation', id: '' };
  return { kpi: item.kpi, of, rampDays: item.rampDays ?? null, marks: marksOf(item) };
}

const isTarget = ({ marks }: TargetBody): boolean => marks !== null;

const lineOf = (key: string, body: TargetBody, from: string | undefined): Wanted<TargetBody> => ({
  ...{ key, body, from: instantOf(from) },
  later: body.marks === null,
});

/** What was to come after an end does not come either: it ends where it would begin. */
function endsAfter<Body>(
  said: readonly VersionRow<Body>[],
  end: Wanted<Body>,
  now: number,
  holds: (body: Body) => boolean,
): Wanted<Body>[] {
  const from = Math.max(end.from ?? now, now);
  return said.flatMap(({ key, body, effectiveFrom }) =>
    key === end.key && holds(body) && effectiveFrom !== null && effectiveFrom > from
      ? [{ ...end, from: effectiveFrom }]
      : [],
  );
}

/** The direction of each KPI by its newest version. */
async function bettersOf(desk: DefinitionDesk): Promise<Map<string, Better>> {
  return new Map((await kpiMeasures(desk.tx, desk.orgId)).map((measure) => [measure.id, measure.definition.better]));
}

const instantOf = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text));

function marksOf(item: Target): Marks | null {
  if ('ended' in item) return null;
  return 'low' in item
    ? { low: item.low, high: item.high, tolerance: item.tolerance }
    : { floor: item.floor, target: item.target, stretch: item.stretch };
}

function refuseEnds(wanted: readonly { path: string; body: TargetBody }[], known: ReadonlySet<string>): void {
  for (const { path, body } of wanted)
    if (body.marks === null && !known.has(targetKey(body)))
      throw refusal('target_unknown', { path, message: 'there is no such target to end' });
}

type At = { path: string; betters: ReadonlyMap<string, Better> };

function refuseMarks(body: TargetBody, { path, betters }: At): void {
  const better = betters.get(body.kpi);
  if (!better) throw refusal('kpi_unknown', { path: `${path}/kpi`, message: `there is no KPI ${body.kpi}` });
  const code = body.marks && refusalOfMarks(better, body.marks);
  if (code)
    throw refusal(code, {
      path: `${path}/${body.marks && 'low' in body.marks ? 'low' : 'floor'}`,
      message: MESSAGES[better],
    });
}

const MESSAGES: Record<Better, string> = {
  higher: 'higher is better: the marks must rise strictly, floor below target below stretch, within 1e9',
  lower: 'lower is better: the marks must fall strictly, floor above target above stretch, within 1e9',
  range: 'the KPI has a range: low must lie below high, and tolerance above 0, within 1e9',
};

function refuseLines(scorecard: ScorecardBody, betters: At['betters']): void {
  const lines = scorecard.kpis.map(({ kpi }, index) => ({ kpi, key: kpi, path: `/kpis/${index}/kpi` }));
  const gates = scorecard.gates.map(({ kpi, mark }, index) => ({
    kpi,
    key: `${kpi} ${mark}`,
    path: `/gates/${index}/kpi`,
  }));
  for (const line of [...lines, ...gates]) {
    if (!betters.has(line.kpi))
      throw refusal('kpi_unknown', { path: line.path, message: `there is no KPI ${line.kpi}` });
  }
  refuseRepeated(lines);
  refuseRepeated(gates);
}

function refuseRepeated(items: readonly { key: string; path: string }[]): void {
  const seen = new Set<string>();
  for (const { key, path } of items) {
    if (seen.has(key)) throw refusal('repeated', { path, message: 'is in this list twice' });
    seen.add(key);
  }
}

const refusal = (code: string, error: PathError) => invalid(code, `${error.path}: ${error.message}.`, [error]);
