import { openOwnDb, type Reach } from '#server/foundation/db.ts';

/**
 * Makes sure that what is written next comes after everything that the log holds. Transaction ids belong to a server: in
 * a database that came from another one (a restored backup, a dump) they may begin below the positions that are there.
 * Only for a database that nobody else writes to. @returns by how much positions were raised, 0 where nothing was to do
 */
export async function alignPositions(url: string): Promise<number> {
  const db = openOwnDb(url, 1);
  return align(db.every).finally(() => db.close());
}

/** A database that was just put there: whoever held its flows stayed behind. */
export async function freeFlows(url: string): Promise<void> {
  const db = openOwnDb(url, 1);
  await db.every
    .rows('update flows set holder = null, lease_until = null, epoch = epoch + 1 where holder is not null')
    .finally(() => db.close());
}

function align(db: Reach): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.rows('select pg_advisory_xact_lock(7047)');
    const [row] = await tx.rows<{ base: number; next: number; last: number | null }>(
      `select log_base() as base, pg_current_xact_id()::text::bigint + log_base() as next,
         (select max(greatest(f.position, (select max(e.position) from events e where e.org_id = f.org_id))) from flows f) >> 16 as last`,
    );
    if (!row || row.last === null || row.last < row.next) return 0;
    const raised = row.last + 1 - row.next;
    await tx.rows(
      `create or replace function log_base() returns bigint language sql stable parallel safe as 'select ${row.base + raised}::bigint'`,
    );
    return raised;
  });
}
