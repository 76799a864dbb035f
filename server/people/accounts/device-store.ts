import type { Tx } from '#server/foundation/db.ts';

export type DeviceRow = { id: string; name: string; scope: string; createdAt: number; revokedAt: number | null };

export const insertDevice = (tx: Tx, orgId: number, row: DeviceRow & { hash: string }) =>
  tx.rows('insert into devices (id, org_id, name, scope, hash, created_at) values ($2, $1, $3, $4, $5, $6)', [
    orgId,
    row.id,
    row.name,
    row.scope,
    row.hash,
    row.createdAt,
  ]);

export const deviceRows = (tx: Tx, orgId: number) =>
  tx.rows<DeviceRow>(
    `select id, name, scope, created_at as "createdAt", revoked_at as "revokedAt" from devices where org_id = $1 order by created_at, id`,
    [orgId],
  );

export async function deviceByHash(tx: Tx, hash: string): Promise<{ id: string; orgId: number; scope: string } | null> {
  const [row] = await tx.rows<{ id: string; orgId: number; scope: string }>(
    'select id, org_id as "orgId", scope from devices where hash = $1 and revoked_at is null',
    [hash],
  );
  return row ?? null;
}

export const revokeDevice = (tx: Tx, of: { orgId: number; id: string; now: number }) =>
  tx.rows('update devices set revoked_at = $3 where org_id = $1 and id = $2 and revoked_at is null returning id', [
    of.orgId,
    of.id,
    of.now,
  ]);
