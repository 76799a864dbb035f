import type { Role, Scope } from '#contract/words.ts';
import type { Tx } from '#server/foundation/db.ts';
import { TRY_MS } from './rules.ts';

export type AccountRow = {
  id: string;
  orgId: number;
  email: string;
  password: string | null;
  person: string;
  disabledAt: number | null;
};

const ACCOUNT = 'id, org_id as "orgId", email, password, person, disabled_at as "disabledAt"';

export async function accountByEmail(tx: Tx, email: string): Promise<AccountRow | null> {
  const [row] = await tx.rows<AccountRow>(`select ${ACCOUNT} from accounts where email = $1`, [email]);
  return row ?? null;
}

export async function accountById(tx: Tx, orgId: number, id: string): Promise<AccountRow | null> {
  const [row] = await tx.rows<AccountRow>(`select ${ACCOUNT} from accounts where org_id = $1 and id = $2`, [orgId, id]);
  return row ?? null;
}

export async function accountOfPerson(tx: Tx, orgId: number, person: string): Promise<AccountRow | null> {
  const [row] = await tx.rows<AccountRow>(`select ${ACCOUNT} from accounts where org_id = $1 and person = $2`, [
    orgId,
    person,
  ]);
  return row ?? null;
}

/** False: the e-mail is another account's. */
export async function saveAccount(tx: Tx, row: AccountRow, now: number): Promise<boolean> {
  const rows = await tx.rows(
    `insert into accounts (id, org_id, email, password, person, created_at, disabled_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (email) do nothing returning id`,
    [row.id, row.orgId, row.email, row.password, row.person, now, row.disabledAt],
  );
  if (rows.length > 0) return true;
  const [taken] = await tx.rows<{ id: string }>('select id from accounts where email = $1', [row.email]);
  return taken?.id === row.id;
}

/** False: the e-mail is another account's, of whatever organisation, and nothing of this transaction can be kept. */
export async function changeAccount(tx: Tx, row: AccountRow): Promise<boolean> {
  try {
    await tx.rows('update accounts set email = $2, password = $3, disabled_at = $4 where id = $1', [
      row.id,
      row.email,
      row.password,
      row.disabledAt,
    ]);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === TAKEN) return false;
    throw error;
  }
}

const TAKEN = '23505';

export async function someAdministrator(tx: Tx, orgId: number): Promise<boolean> {
  const rows = await tx.rows(
    `select 1 from accounts a join people p on p.org_id = a.org_id and p.id = a.person
     where a.org_id = $1 and 'admin' = any(p.roles) and a.disabled_at is null limit 1`,
    [orgId],
  );
  return rows.length > 0;
}

export const insertSession = (
  tx: Tx,
  row: { id: string; orgId: number; account: string; createdAt: number; expiresAt: number; browser: string | null },
) =>
  tx.rows(
    `with gone as (delete from sessions where account = $3 and expires_at <= $4),
       came as (update accounts set signed_in_at = $4 where id = $3)
     insert into sessions (id, org_id, account, created_at, expires_at, seen_at, browser) values ($1, $2, $3, $4, $5, $4, $6)`,
    [row.id, row.orgId, row.account, row.createdAt, row.expiresAt, row.browser],
  );

export type SessionRow = {
  orgId: number;
  accountId: string;
  person: string;
  expiresAt: number;
  seenAt: number | null;
  roles: Role[] | null;
  team: string | null;
  site: string | null;
  led: string[];
};

/** Which organisation each session belongs to, before anything else is known of it. */
export async function orgsOfSessions(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.rows<{ id: string; orgId: number }>(
    'select id, org_id as "orgId" from sessions where id = any($1::text[])',
    [ids],
  );
  return new Map(rows.map(({ id, orgId }) => [id, orgId]));
}

/** Sessions of accounts that are not disabled, with what its rights hang on: one query. */
export const sessionsById = (tx: Tx, ids: readonly string[]) =>
  tx.rows<SessionRow & { id: string }>(
    `select s.id, s.org_id as "orgId", a.id as "accountId", a.person, s.expires_at as "expiresAt", s.seen_at as "seenAt", p.roles, p.team, t.site,
       array(select l.id from teams l where l.org_id = s.org_id and l.supervisor = a.person order by l.id) as led
     from sessions s join accounts a on a.id = s.account
     left join people p on p.org_id = a.org_id and p.id = a.person
     left join teams t on t.org_id = p.org_id and t.id = p.team
     where s.id = any($1::text[]) and a.disabled_at is null`,
    [ids],
  );

export const renewSession = (tx: Tx, id: string, expiresAt: number) =>
  tx.rows('update sessions set expires_at = $2 where id = $1 and expires_at < $2', [id, expiresAt]);

export const markSessionsSeen = (tx: Tx, { ids, now }: { ids: readonly string[]; now: number }) =>
  tx.rows('update sessions set seen_at = $2 where id = any($1::text[])', [ids, now]);

export const deleteSession = (tx: Tx, id: string) => tx.rows('delete from sessions where id = $1', [id]);

/** Ends the sessions of an account. @param but one that goes on */
export const deleteSessionsOf = (tx: Tx, account: string, but = '') =>
  tx.rows('delete from sessions where account = $1 and id <> $2', [account, but]);

export type OpenSession = { id: string; createdAt: number; seenAt: number | null; browser: string | null };

/** Sessions of an account that still hold, the last seen first. They are known by the first half of their digest. */
export const sessionsOf = (tx: Tx, account: string, now: number) =>
  tx.rows<OpenSession>(
    `select id, created_at as "createdAt", seen_at as "seenAt", browser from sessions
     where account = $1 and expires_at > $2 order by seen_at desc nulls last, id limit 500`,
    [account, now],
  );

/** Ends one session of an account by the first half of its digest. */
export const deleteOneOf = (tx: Tx, account: string, half: string) =>
  tx.rows('delete from sessions where account = $1 and left(id, 32) = $2 returning 1', [account, half]);

export type KeyRow = {
  id: string;
  name: string;
  scopes: Scope[];
  createdAt: number;
  revokedAt: number | null;
  madeBy: string | null;
};
export type UsedKeyRow = KeyRow & { lastUsedAt: number | null };

/** Makes a key; one with the same hash stays as it is. */
export const insertKey = (tx: Tx, orgId: number, row: KeyRow & { hash: string }) =>
  tx.rows(
    `insert into api_keys (id, org_id, name, scopes, hash, created_at, made_by)
     values ($2, $1, $3, string_to_array($4, ','), $5, $6, $7)
     on conflict (hash) do nothing`,
    [orgId, row.id, row.name, row.scopes.join(','), row.hash, row.createdAt, row.madeBy],
  );

/** A page of keys in the order in which they were made. */
export const keyPage = (tx: Tx, orgId: number, page: { at: number; id: string; most: number }) =>
  tx.rows<UsedKeyRow>(
    `select id, name, scopes, created_at as "createdAt", revoked_at as "revokedAt", made_by as "madeBy",
       last_used_at as "lastUsedAt" from api_keys
     where org_id = $1 and (created_at, id) > ($2, $3) order by created_at, id limit $4`,
    [orgId, page.at, page.id, page.most],
  );

/** Keys of a name that are not revoked. */
export const openKeysNamed = (tx: Tx, orgId: number, name: string) =>
  tx.rows<{ id: string }>('select id from api_keys where org_id = $1 and name = $2 and revoked_at is null', [
    orgId,
    name,
  ]);

export const allKeyNames = (tx: Tx, orgId: number) =>
  tx.rows<{ id: string; name: string }>('select id, name from api_keys where org_id = $1', [orgId]);

export const keyNames = (tx: Tx, orgId: number, ids: string[]) =>
  tx.rows<{ id: string; name: string }>('select id, name from api_keys where org_id = $1 and id = any($2::text[])', [
    orgId,
    ids,
  ]);

export type HeldKey = { id: string; orgId: number; scopes: Scope[]; lastUsedAt: number | null };

export async function keyByHash(tx: Tx, hash: string): Promise<HeldKey | null> {
  const [row] = await tx.rows<HeldKey>(
    `select id, org_id as "orgId", scopes, last_used_at as "lastUsedAt" from api_keys
     where hash = $1 and revoked_at is null`,
    [hash],
  );
  return row ?? null;
}

export const markKeyUsed = (tx: Tx, of: { orgId: number; id: string; now: number }) =>
  tx.rows('update api_keys set last_used_at = $3 where org_id = $1 and id = $2', [of.orgId, of.id, of.now]);

export const revokeKey = (tx: Tx, of: { orgId: number; id: string; now: number }) =>
  tx.rows('update api_keys set revoked_at = $3 where org_id = $1 and id = $2 and revoked_at is null returning id', [
    of.orgId,
    of.id,
    of.now,
  ]);

/** Counts a try before it is made, so that tries at the same time cannot pass together. */
export async function countTry(tx: Tx, digest: string, now: number): Promise<{ tries: number; since: number }> {
  await tx.rows('delete from sign_in_tries where since < $1', [now - 4 * TRY_MS]);
  const [row] = await tx.rows<{ tries: number; since: number }>(
    `insert into sign_in_tries (digest, org_id, since, tries) values ($1, 0, $2, 1)
     on conflict (digest) do update set
       since = case when sign_in_tries.since <= $3 then $2 else sign_in_tries.since end,
       tries = case when sign_in_tries.since <= $3 then 1 else least(sign_in_tries.tries + 1, 1000) end
     returning tries, since`,
    [digest, now, now - TRY_MS],
  );
  return row ?? { tries: 1, since: now };
}

export const forgetTries = (tx: Tx, digest: string) => tx.rows('delete from sign_in_tries where digest = $1', [digest]);

/** Takes back one try that was none. */
export const forgiveTry = (tx: Tx, digest: string) =>
  tx.rows('update sign_in_tries set tries = greatest(tries - 1, 0) where digest = $1', [digest]);
