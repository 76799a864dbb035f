import type { Tx } from '#server/foundation/db.ts';

export type AuditRow = { number: number; at: number; actor: string; act: string; object: string; hash: string };

const COLUMNS = 'number, at, actor, act, object, hash';

/** The end of the chain, held until the transaction is over: one entry after the other. */
export async function lockEnd(tx: Tx, orgId: number): Promise<{ number: number; hash: string }> {
  await tx.rows('select pg_advisory_xact_lock(7049, $1)', [orgId]);
  const [last] = await tx.rows<{ number: number; hash: string }>(
    'select number, hash from audit where org_id = $1 order by number desc limit 1',
    [orgId],
  );
  return last ?? { number: 0, hash: '' };
}

export const insertEntry = (tx: Tx, orgId: number, row: AuditRow) =>
  tx.rows('insert into audit (org_id, number, at, actor, act, object, hash) values ($1, $2, $3, $4, $5, $6, $7)', [
    orgId,
    row.number,
    row.at,
    row.actor,
    row.act,
    row.object,
    row.hash,
  ]);

/** Entries before a number, the newest first; of those that somebody did or that were done to them (`person:ID`), and of a kind. */
export const entriesBefore = (
  tx: Tx,
  orgId: number,
  page: { before: number; limit: number; who: string | null; kind: string | null },
) =>
  tx.rows<AuditRow>(
    `select ${COLUMNS} from audit where org_id = $1 and number < $2
       and ($4::text is null or actor = $4 or object = $4) and ($5::text is null or act like $5 || '.%')
     order by number desc limit $3`,
    [orgId, page.before, page.limit, page.who, page.kind],
  );

/** Entries after a number, the oldest first. */
export const entriesAfter = (tx: Tx, orgId: number, page: { after: number; limit: number }) =>
  tx.rows<AuditRow>(`select ${COLUMNS} from audit where org_id = $1 and number > $2 order by number limit $3`, [
    orgId,
    page.after,
    page.limit,
  ]);
