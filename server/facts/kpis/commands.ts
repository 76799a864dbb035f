import { Kpi } from '#contract/definitions.ts';
import { versionRows } from '#server/facts/versions/store.ts';
import { type DefinitionDesk, putVersions, type VersionKind } from '#server/facts/versions/versions.ts';
import { invalid, type PathError } from '#server/foundation/refusals.ts';
import type { Position } from '#server/log/catalogue.ts';
import { BUILT_IN } from './catalogue.ts';
import { compile, type Formula } from './formula.ts';
import { FormulaError } from './formula-tree.ts';
import type { KpiVersion } from './measure.ts';
import { type KpiBody, type KpiRow, versionOf } from './store.ts';

export const KPI_VERSIONS: VersionKind = { table: 'kpi_versions', type: 'kpi.defined' };

/** Fields of a KPI that are present replace, absent ones stay; a new KPI needs all that the contract asks for. */
export type KpiPatch = { [K in keyof Kpi]?: Kpi[K] | undefined } & { id: string };

/**
 * Defines KPIs. Formulas are compiled before anything is kept.
 * @throws Refusal invalid `formula`, `guard_unknown`, `guard_not_a_proportion` or `invalid`, by path
 */
export async function defineKpis(
  desk: DefinitionDesk,
  items: readonly { patch: KpiPatch; path: string }[],
): Promise<{ items: KpiVersion[]; position: Position }> {
  const before = new Map(
    (await versionRows<KpiBody>(desk.tx, desk.orgId, 'kpi_versions')).map((row) => [row.key, row]),
  );
  const wanted = items.map(({ patch, path }) => ({ path, kpi: whole(patch, before, path) }));
  const kinds = new Map(
    [...BUILT_IN.values(), ...[...before.values()].map((row) => row.body), ...wanted.map(({ kpi }) => kpi)].map(
      (kpi) => [kpi.id, kpi.kind],
    ),
  );
  for (const { kpi, path } of wanted) refuseFormulas(kpi, path);
  for (const { kpi, path } of wanted) refuseGuards(kpi, { path, kinds });
  const { rows, position } = await putVersions(
    desk,
    KPI_VERSIONS,
    wanted.map(({ kpi: { effectiveFrom, ...body } }) => ({
      key: body.id,
      body: plain(body),
      from: effectiveFrom ? Date.parse(effectiveFrom) : null,
    })),
  );
  return { items: rows.map(versionOf), position };
}

function whole(patch: KpiPatch, before: ReadonlyMap<string, KpiRow>, path: string): Kpi {
  const known = before.get(patch.id)?.body ?? houseOwn(patch.id);
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const parsed = Kpi.safeParse({ ...known, ...given });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    path: [path, ...issue.path].join('/'),
    message: issue.message,
  }));
  throw invalid('invalid', `The KPI ${patch.id} is not complete.`, errors);
}

function houseOwn(id: string): KpiBody | undefined {
  const found = BUILT_IN.get(id);
  if (!found) return undefined;
  const { source: _source, settleDays: _settleDays, ...body } = found;
  return body;
}

function refuseFormulas(kpi: Kpi, path: string): void {
  const errors: PathError[] = [];
  const formulas: Formula[] = [];
  for (const field of ['value', 'sample'] as const) {
    try {
      formulas.push(compile(kpi[field]));
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      errors.push({ path: `${path}/${field}`, message: error.message });
    }
  }
  if (errors.length > 0) throw invalid('formula', `${errors[0]?.path}: ${errors[0]?.message}.`, errors);
}

function refuseGuards(kpi: Kpi, { path, kinds }: { path: string; kinds: ReadonlyMap<string, string> }): void {
  for (const [index, guard] of (kpi.guards ?? []).entries()) {
    const at = `${path}/guards/${index}/kpi`;
    const kind = kinds.get(guard.kpi);
    if (!kind) throw invalid('guard_unknown', `There is no KPI ${guard.kpi}.`, [{ path: at, message: 'no such KPI' }]);
    if (kind !== 'proportion') {
      throw invalid('guard_not_a_proportion', `${guard.kpi} is no proportion.`, [
        { path: at, message: 'a guard must be a proportion' },
      ]);
    }
  }
}

/** As JSON reads it back, so that equal content compares equal. */
const plain = (body: KpiBody): KpiBody => JSON.parse(JSON.stringify(body));
