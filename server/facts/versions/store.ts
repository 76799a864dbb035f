import type { Tx } from '#server/foundation/db.ts';
import type { Position } from '#server/log/catalogue.ts';

/** One version of a definition, as its table keeps it. Times in epoch ms; `effectiveFrom` null is the beginning of time. */
export type VersionRow<Body> = {
  key: string;
  version: number;
  effectiveFrom: number | null;
  /** When it was said: what `knownAt` compares with. */
  knownAt: number;
  position: Position;
  /** Who said it: `person:ID`, `key:ID`; null where that is not known. */
  saidBy: string | null;
  body: Body;
};

/** Tables of versions, all of one shape. */
export type VersionTable = 'kpi_versions' | 'target_versions' | 'scorecard_versions';

/** Keeps versions; what is there already stays. A version is never changed. */
export async function insertVersions<Body>(
  tx: Tx,
  at: { orgId: number; table: VersionTable },
  rows: readonly VersionRow<Body>[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.rows(
    `insert into ${at.table} (org_id, key, version, effective_from, known_at, position, said_by, body)
     select $1, * from unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::json[])
     on conflict (org_id, key, version) do nothing`,
    [
      at.orgId,
      rows.map((row) => row.key),
      rows.map((row) => row.version),
      rows.map((row) => row.effectiveFrom),
      rows.map((row) => row.knownAt),
      rows.map((row) => row.position),
      rows.map((row) => row.saidBy),
      rows.map((row) => JSON.stringify(row.body)),
    ],
  );
}

/** All versions of all keys, by key and version. */
export const versionRows = <Body>(tx: Tx, orgId: number, table: VersionTable): Promise<VersionRow<Body>[]> =>
  tx.rows<VersionRow<Body>>(
    `select key, version, effective_from as "effectiveFrom", known_at as "knownAt", position, said_by as "saidBy", body
     from ${table} where org_id = $1 order by key, version`,
    [orgId],
  );

/** The last position of a table, 0 while it is empty. */
export async function lastPosition(tx: Tx, orgId: number, table: VersionTable): Promise<Position> {
  const [row] = await tx.rows<{ position: number | null }>(
    `select max(position) as position from ${table} where org_id = $1`,
    [orgId],
  );
  return row?.position ?? 0;
}

/** Whoever changes definitions of an organisation waits here first. */
export const lockDefinitions = (tx: Tx, orgId: number) => tx.rows('select pg_advisory_xact_lock(7048, $1)', [orgId]);
