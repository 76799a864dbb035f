import { KNOWN_FROM_EVER, type Known, knownOf } from '#server/facts/versions/history.ts';
import { lastPosition, type VersionRow, versionRows } from '#server/facts/versions/store.ts';
import type { Tx } from '#server/foundation/db.ts';
import { BUILT_IN, type BuiltIn } from './catalogue.ts';
import { type KpiVersion, type Measure, measureFrom } from './measure.ts';

/** A definition as its version keeps it: the public one, without the time from which it holds. */
export type KpiBody = Omit<BuiltIn, 'effectiveFrom' | 'source' | 'words' | 'settleDays'> & {
  words?: string | undefined;
};

export type KpiRow = VersionRow<KpiBody>;

/** A KPI and when it became known. The house's own are known from ever. */
export type KnownMeasure = Measure & Known;

/** Every version of every KPI, the house's own included, ready to be calculated. Kept in memory while nothing is new. */
export async function kpiMeasures(tx: Tx, orgId: number): Promise<readonly KnownMeasure[]> {
  const position = await lastPosition(tx, orgId, 'kpi_versions');
  const cached = remembered.get(orgId);
  if (cached?.position === position) return cached.measures;
  const rows = await versionRows<KpiBody>(tx, orgId, 'kpi_versions');
  const measures = [...BUILT_INS, ...rows.map((row) => ({ ...measureFrom(versionOf(row)), ...knownOf(row) }))];
  remembered.set(orgId, { position, measures });
  return measures;
}

/** A version of an organisation, told apart from the house's own of the same id. */
export function versionOf({
  key,
  body,
  version,
  effectiveFrom,
}: Pick<KpiRow, 'key' | 'body' | 'version' | 'effectiveFrom'>): KpiVersion {
  const house = BUILT_IN.get(key);
  const definition = {
    ...body,
    words: body.words ?? house?.words ?? body.name,
    source: "The organisation's own definition.",
    ...(house?.settleDays ? { settleDays: house.settleDays } : {}),
  };
  return { definition, version, effectiveFrom, builtIn: false };
}

const BUILT_INS: KnownMeasure[] = [...BUILT_IN.values()].map((definition) => ({
  ...measureFrom({ definition, version: 0, effectiveFrom: null, builtIn: true }),
  ...KNOWN_FROM_EVER,
}));

const remembered = new Map<number, { position: number; measures: readonly KnownMeasure[] }>();
