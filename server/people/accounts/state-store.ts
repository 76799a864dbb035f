import type { Tx } from '#server/foundation/db.ts';

export type StateRow = {
  person: string;
  email: string;
  disabled: boolean;
  open: boolean;
  signedInAt: number | null;
  invitedUntil: number | null;
};

/** Accounts of people after an id, with the end of the link that is out. */
export const stateRows = (tx: Tx, orgId: number, page: { after: string; most: number; now: number }) =>
  tx.rows<StateRow>(
    `select a.person, a.email, a.disabled_at is not null as disabled, a.password is not null as open,
       a.signed_in_at as "signedInAt",
       (select max(i.expires_at) from invitations i
        where i.account = a.id and i.used_at is null and i.expires_at > $4) as "invitedUntil"
     from accounts a where a.org_id = $1 and a.person > $2 order by a.person limit $3`,
    [orgId, page.after, page.most, page.now],
  );
