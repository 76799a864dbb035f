import { type Db, mayWait, type Tx } from '#server/foundation/db.ts';
import type { Position } from './catalogue.ts';

/** Where a rebuild derives everything again, beside what is live. */
export const SHADOW = 'rebuilt';

/**
 * Takes the shadow for this process, so that two tools do not drop it from under each other.
 * @returns how to let go of it; null where another has it
 */
export async function claimShadow(db: Db): Promise<(() => void) | null> {
  const { client, release } = await db.connect();
  const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock(7050) as free');
  if (rows[0]?.free) return release;
  release();
  return null;
}

/** Empty copies of the derived tables and of the flow's own, in a schema beside the live one. */
export async function makeShadow(db: Tx, tables: readonly string[]): Promise<void> {
  await dropShadow(db);
  await db.rows(`create schema ${SHADOW}`);
  for (const table of [...tables, ...OF_FLOW])
    await db.rows(`create table ${SHADOW}.${table} (like public.${table} including all)`);
  await db.rows(`insert into ${SHADOW}.flows (org_id) select org_id from public.flows`);
}

export const dropShadow = (db: Tx) => db.rows(`drop schema if exists ${SHADOW} cascade`);

/** Holds the live flow where it is until the transaction ends; its position. */
export async function holdFlow(tx: Tx, orgId: number): Promise<Position> {
  // everything is compared meanwhile, elsewhere
  await mayWait(tx);
  const [row] = await tx.rows<{ position: number }>(
    'select position from public.flows where org_id = $1 and shard = 0 for update',
    [orgId],
  );
  return row?.position ?? 0;
}

/** An organisation's rows of a table as one digest: equal rows, equal digest, in whatever order they were written. */
export async function digestRows(
  tx: Tx,
  orgId: number,
  of: { schema: string; table: string },
): Promise<{ digest: string; rows: number }> {
  const [row] = await tx.rows<{ digest: string; rows: number }>(
    `select coalesce(md5(string_agg(line, ';' order by line)), '') as digest, count(*)::int as rows
     from (select md5(t::text) as line from ${of.schema}.${of.table} t where org_id = $1) lines`,
    [orgId],
  );
  return row ?? { digest: '', rows: 0 };
}

/** Puts the rebuilt rows of an organisation in place of the live ones and takes the lease from whoever holds it. */
export async function swapRows(tx: Tx, orgId: number, tables: readonly string[]): Promise<void> {
  // what is only ever added to lets itself be put in order by this one
  await tx.rows("select set_config('floorlight.rebuild', 'on', true)");
  for (const table of [...tables, 'dead_letters']) {
    await tx.rows(`delete from public.${table} where org_id = $1`, [orgId]);
    await tx.rows(`insert into public.${table} select * from ${SHADOW}.${table} where org_id = $1`, [orgId]);
  }
  await tx.rows('update public.flows set epoch = epoch + 1, holder = null, lease_until = null where org_id = $1', [
    orgId,
  ]);
}

const OF_FLOW = ['flows', 'dead_letters'];
