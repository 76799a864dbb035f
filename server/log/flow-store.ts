import type { Tx } from '#server/foundation/db.ts';
import type { Position } from './catalogue.ts';

export type Lease = { orgId: number; epoch: number; position: Position };

/** The organisations that have a flow, in order. */
export const organisationsOf = async (tx: Tx): Promise<number[]> =>
  (await tx.rows<{ orgId: number }>('select org_id as "orgId" from flows order by org_id')).map((row) => row.orgId);

/** Makes the flow of a new organisation, at the beginning of its log. */
export async function ensureFlow(tx: Tx, orgId: number): Promise<void> {
  await tx.rows('insert into flows (org_id) values ($1) on conflict do nothing', [orgId]);
}

/** Takes the lease where it is free, over or already ours; every taking raises the epoch. Null while another holds it. */
export async function takeLease(tx: Tx, orgId: number, holder: { name: string; ms: number }): Promise<Lease | null> {
  const [row] = await tx.rows<Lease>(
    `update flows set epoch = epoch + 1, holder = $2, lease_until = now() + $3 * interval '1 ms'
     where org_id = $1 and shard = 0 and (holder is null or holder = $2 or lease_until < now())
     returning org_id as "orgId", epoch, position`,
    [orgId, holder.name, holder.ms],
  );
  return row ?? null;
}

/** Keeps the lease alive while there is nothing to do. False: it is lost. */
export async function renewLease(tx: Tx, lease: Lease, ms: number): Promise<boolean> {
  const rows = await tx.rows(
    `update flows set lease_until = now() + $3 * interval '1 ms' where org_id = $1 and shard = 0 and epoch = $2 returning 1`,
    [lease.orgId, lease.epoch, ms],
  );
  return rows.length === 1;
}

/** Moves the position within the transaction of its effects. False: the epoch is stale and nothing may be committed. */
export async function advance(tx: Tx, lease: Lease, to: { position: Position; ms: number }): Promise<boolean> {
  const rows = await tx.rows(
    `update flows set position = $4, lease_until = now() + $5 * interval '1 ms'
     where org_id = $1 and shard = 0 and epoch = $2 and position = $3 returning 1`,
    [lease.orgId, lease.epoch, lease.position, to.position, to.ms],
  );
  return rows.length === 1;
}

/** Gives the lease back, so that another may take it at once. */
export async function giveLease(tx: Tx, lease: Lease): Promise<void> {
  await tx.rows('update flows set holder = null, lease_until = null where org_id = $1 and shard = 0 and epoch = $2', [
    lease.orgId,
    lease.epoch,
  ]);
}

/** How far the flow has committed. */
export async function flowPosition(tx: Tx, orgId: number): Promise<Position> {
  const [row] = await tx.rows<{ position: number }>('select position from flows where org_id = $1 and shard = 0', [
    orgId,
  ]);
  return row?.position ?? 0;
}

const CHANNEL = 'floorlight_log';
export const LISTEN_GROWTH = `listen ${CHANNEL}`;

/** Tells other processes that these organisations' logs have grown. */
export const notifyGrowth = (tx: Tx, orgIds: number[]) =>
  tx.rows('select pg_notify($1, org::text) from unnest($2::int[]) org', [CHANNEL, orgIds]);
