import type { Tx } from '#server/foundation/db.ts';

export type InvitationKind = 'invitation' | 'reset';
export type InvitationRow = {
  orgId: number;
  account: string;
  person: string;
  email: string;
  kind: InvitationKind;
  expiresAt: number;
};

/** Makes a link; whatever was out for the same account before is good no more. */
export const replaceInvitation = (
  tx: Tx,
  row: Omit<InvitationRow, 'person' | 'email'> & { hash: string; createdAt: number },
) =>
  tx.rows(
    `with gone as (delete from invitations where account = $3)
     insert into invitations (hash, org_id, account, kind, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)`,
    [row.hash, row.orgId, row.account, row.kind, row.createdAt, row.expiresAt],
  );

/** A link that is neither used nor over, of an account that is not disabled. */
export async function openInvitation(tx: Tx, hash: string, now: number): Promise<InvitationRow | null> {
  const [row] = await tx.rows<InvitationRow>(
    `select i.org_id as "orgId", i.account, a.person, a.email, i.kind, i.expires_at as "expiresAt"
     from invitations i join accounts a on a.id = i.account
     where i.hash = $1 and i.used_at is null and i.expires_at > $2 and a.disabled_at is null`,
    [hash, now],
  );
  return row ?? null;
}

/** Uses a link up. False: somebody was faster. */
export async function useInvitation(tx: Tx, hash: string, now: number): Promise<boolean> {
  const rows = await tx.rows(
    'update invitations set used_at = $2 where hash = $1 and used_at is null and expires_at > $2 returning 1',
    [hash, now],
  );
  return rows.length > 0;
}

export const forgetInvitations = (tx: Tx, account: string) =>
  tx.rows('delete from invitations where account = $1 and used_at is null', [account]);

export const setPassword = (tx: Tx, account: string, password: string) =>
  tx.rows('update accounts set password = $2 where id = $1', [account, password]);
