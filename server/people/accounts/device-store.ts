import type { Tx } from '#server/foundation/db.ts';

export type DeviceRow = {
  id: string;
  name: string;
  scope: string;
  createdAt: number;
  revokedAt: number | null;
  lastSeenAt: number | null;
};
export type NewDevice = Pick<DeviceRow, 'id' | 'name' | 'scope' | 'createdAt'> & { hash: string };

export const insertDevice = (tx: Tx, orgId: number, row: NewDevice) =>
  tx.rows('insert into devices (id, org_id, name, scope, hash, created_at) values ($2, $1, $3, $4, $5, $6)', [
    orgId,
    row.id,
    row.name,
    row.scope,
    row.hash,
    row.createdAt,
  ]);

const COLUMNS = 'id, name, scope, created_at as "createdAt", revoked_at as "revokedAt", last_seen_at as "lastSeenAt"';

/** Devices in the order in which they were made, after one of them; `most` of them. */
export const devicePage = (tx: Tx, orgId: number, page: { after: { at: number; id: string }; most: number }) =>
  tx.rows<DeviceRow>(
    `select ${COLUMNS} from devices where org_id = $1 and (created_at, id) > ($2, $3) order by created_at, id limit $4`,
    [orgId, page.after.at, page.after.id, page.most],
  );

/** A device that was not taken back. */
export async function deviceRow(tx: Tx, orgId: number, id: string): Promise<DeviceRow | null> {
  const [row] = await tx.rows<DeviceRow>(
    `select ${COLUMNS} from devices where org_id = $1 and id = $2 and revoked_at is null`,
    [orgId, id],
  );
  return row ?? null;
}

export type KnownDevice = { id: string; orgId: number; scope: string; lastSeenAt: number | null };

export async function deviceByHash(tx: Tx, hash: string): Promise<KnownDevice | null> {
  const [row] = await tx.rows<KnownDevice>(
    'select id, org_id as "orgId", scope, last_seen_at as "lastSeenAt" from devices where hash = $1 and revoked_at is null',
    [hash],
  );
  return row ?? null;
}

/** Notes that a device is there; many processes may say so, the latest stands. */
export const markSeen = (tx: Tx, of: { orgId: number; id: string; now: number }) =>
  tx.rows(
    'update devices set last_seen_at = $3 where org_id = $1 and id = $2 and (last_seen_at is null or last_seen_at < $3)',
    [of.orgId, of.id, of.now],
  );

export const changeDevice = (tx: Tx, orgId: number, row: Pick<DeviceRow, 'id' | 'name' | 'scope'>) =>
  tx.rows('update devices set name = $3, scope = $4 where org_id = $1 and id = $2 and revoked_at is null', [
    orgId,
    row.id,
    row.name,
    row.scope,
  ]);

/** Gives a device the hash of another token. @returns nothing where the device was taken back */
export const replaceHash = (tx: Tx, of: { orgId: number; id: string; hash: string }) =>
  tx.rows('update devices set hash = $3 where org_id = $1 and id = $2 and revoked_at is null returning id', [
    of.orgId,
    of.id,
    of.hash,
  ]);

export const revokeDevice = (tx: Tx, of: { orgId: number; id: string; now: number }) =>
  tx.rows('update devices set revoked_at = $3 where org_id = $1 and id = $2 and revoked_at is null returning id', [
    of.orgId,
    of.id,
    of.now,
  ]);
