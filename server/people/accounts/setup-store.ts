import type { Tx } from '#server/foundation/db.ts';

export const insertSetupToken = (tx: Tx, row: { hash: string; orgId: number; createdAt: number; expiresAt: number }) =>
  tx.rows('insert into setup_tokens (hash, org_id, created_at, expires_at) values ($1, $2, $3, $4)', [
    row.hash,
    row.orgId,
    row.createdAt,
    row.expiresAt,
  ]);

/** Whose token this is; null where it is unknown, used or over. */
export async function orgOfSetupToken(tx: Tx, hash: string, now: number): Promise<number | null> {
  const [row] = await tx.rows<{ orgId: number }>(
    'select org_id as "orgId" from setup_tokens where hash = $1 and used_at is null and expires_at > $2',
    [hash, now],
  );
  return row?.orgId ?? null;
}

/** Uses a token up. False: somebody was faster. */
export async function useSetupToken(tx: Tx, hash: string, now: number): Promise<boolean> {
  const rows = await tx.rows(
    'update setup_tokens set used_at = $2 where hash = $1 and used_at is null and expires_at > $2 returning 1',
    [hash, now],
  );
  return rows.length > 0;
}
