import type { Tx } from '#server/foundation/db.ts';
import type { BaselineRow } from './baseline.ts';

/** Keeps baselines; the first one of a role, site and begin stands. */
export async function insertBaselines(tx: Tx, orgId: number, rows: readonly BaselineRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.rows(
    `insert into baselines (org_id, role, site, from_at, known_at, position, body)
     select $1, * from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::json[])
     on conflict (org_id, role, site, from_at) do nothing`,
    [
      orgId,
      rows.map((row) => row.role),
      rows.map((row) => row.site),
      rows.map((row) => row.from),
      rows.map((row) => row.knownAt),
      rows.map((row) => row.position),
      rows.map((row) => JSON.stringify(row.body)),
    ],
  );
}

/** The newest baseline of each role and site that begins at or before `from` (epoch ms), as known at `knownAt`. */
export const baselineRows = (tx: Tx, orgId: number, at: { from: number; knownAt: number }): Promise<BaselineRow[]> =>
  tx.rows<BaselineRow>(
    `select distinct on (role, site) role, site, from_at as "from", known_at as "knownAt", position, body
     from baselines where org_id = $1 and from_at <= $2 and known_at <= $3 order by role, site, from_at desc`,
    [orgId, at.from, at.knownAt],
  );

/** How far definitions and baselines of an organisation have changed: what is cached is good while this stands. */
export async function definitionsVersion(tx: Tx, orgId: number): Promise<string> {
  const [row] = await tx.rows<{ version: string }>(
    `select concat_ws('-',
       (select coalesce(max(position), 0) from kpi_versions where org_id = $1),
       (select coalesce(max(position), 0) from target_versions where org_id = $1),
       (select coalesce(max(position), 0) from scorecard_versions where org_id = $1),
       (select coalesce(max(position), 0) from baselines where org_id = $1)) as version`,
    [orgId],
  );
  return row?.version ?? '';
}
