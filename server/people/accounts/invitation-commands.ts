import type { Db, Tx } from '#server/foundation/db.ts';
import { secret, uuidV7 } from '#server/foundation/ids.ts';
import { conflict, forbidden, invalid, missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { enter } from '../audit/commands.ts';
import { personRows } from '../person-store.ts';
import { openSession } from './commands.ts';
import * as invitations from './invitation-store.ts';
import { digestPassword, refuseWeak } from './passwords.ts';
import { hashOf } from './rules.ts';
import * as store from './store.ts';
import { forgetViewers } from './viewers.ts';

type Accounts = Pick<Ground, 'db' | 'clock'>;

export const INVITATION_MS = 72 * 3_600_000;
export const RESET_MS = 3_600_000;

export type Link = { token: string; expiresAt: number };

/**
 * Makes the one-time link by which a person chooses a first password; the account is made where there is none.
 * @throws Refusal missing, invalid (no e-mail), conflict `account_open` (has a password), `account_disabled`, `email_taken`
 */
export const invitePerson = (ground: Accounts, of: { orgId: number; person: string; by: string }): Promise<Link> =>
  ground.db.of(of.orgId).transaction(async (tx) => {
    const now = ground.clock.now();
    const account = (await store.accountOfPerson(tx, of.orgId, of.person)) ?? (await newAccount(tx, of, now));
    if (account.password !== null)
      throw conflict('account_open', `${of.person} has a password already. Make a reset link instead.`);
    return link(tx, { account, kind: 'invitation', by: of.by }, now);
  });

/**
 * Makes the one-time link by which a person chooses a new password. Until it is used the old one stays.
 * @throws Refusal missing, conflict `account_closed` (never had a password), `account_disabled`
 */
export const resetPerson = (ground: Accounts, of: { orgId: number; person: string; by: string }): Promise<Link> =>
  ground.db.of(of.orgId).transaction(async (tx) => {
    const account = await store.accountOfPerson(tx, of.orgId, of.person);
    if (!account && (await personRows(tx, of.orgId, [of.person])).length === 0)
      throw missing(`There is no person ${of.person}.`);
    if (!account?.password) throw conflict('account_closed', `${of.person} has no password yet. Invite them instead.`);
    return link(tx, { account, kind: 'reset', by: of.by }, ground.clock.now());
  });

export type Invited = { kind: invitations.InvitationKind; name: string; email: string; expiresAt: number };

/** What a link is for. @throws Refusal forbidden where it is no good */
export async function readInvitation({ db, clock }: Accounts, token: string): Promise<Invited> {
  return invited(db, await openLink({ db, clock }, token));
}

async function openLink({ db, clock }: Accounts, token: string): Promise<invitations.InvitationRow> {
  const row = await invitations.openInvitation(db.lobby, hashOf(token), clock.now());
  if (!row) throw OVER();
  return row;
}

async function invited(db: Db, row: invitations.InvitationRow): Promise<Invited> {
  const [person] = await personRows(db.of(row.orgId), row.orgId, [row.person]);
  return { kind: row.kind, name: person?.name ?? row.person, email: row.email, expiresAt: row.expiresAt };
}

/**
 * Uses a link up: sets the password, ends every session of the account and opens a new one.
 * @returns the token for the cookie
 * @throws Refusal forbidden where the link is no good, invalid `password_weak`, which leaves it as it is
 */
export async function acceptInvitation(
  { db, clock }: Accounts,
  given: { token: string; password: string; browser: string | null },
): Promise<string> {
  const { orgId, ...opened } = await openLink({ db, clock }, given.token);
  refuseWeak(given.password, await invited(db, { orgId, ...opened }));
  const password = await digestPassword(given.password);
  const session = await db.of(orgId).transaction(async (tx) => {
    const now = clock.now();
    const row = await invitations.openInvitation(tx, hashOf(given.token), now);
    if (!row || !(await invitations.useInvitation(tx, hashOf(given.token), now))) throw OVER();
    await invitations.setPassword(tx, row.account, password);
    await store.deleteSessionsOf(tx, row.account);
    const act = row.kind === 'reset' ? 'account.reset' : 'account.accepted';
    await enter(tx, { orgId: row.orgId, now }, { actor: `person:${row.person}`, act, object: `person:${row.person}` });
    return openSession(tx, { ...row, id: row.account, browser: given.browser }, now);
  });
  forgetViewers(db);
  return session;
}

const OVER = () => forbidden('This link was used already, was replaced by a newer one, or its time is over.');
const LASTS: Record<invitations.InvitationKind, number> = { invitation: INVITATION_MS, reset: RESET_MS };
const ACTS = { invitation: 'account.invited', reset: 'account.reset-linked' } as const;

async function newAccount(tx: Tx, of: { orgId: number; person: string }, now: number): Promise<store.AccountRow> {
  const [person] = await personRows(tx, of.orgId, [of.person]);
  if (!person) throw missing(`There is no person ${of.person}.`);
  if (!person.email)
    throw invalid('invalid', `${of.person} needs an e-mail address first.`, [
      { path: '/email', message: 'is missing' },
    ]);
  const account = { id: uuidV7(now), ...of, email: person.email.toLowerCase(), password: null, disabledAt: null };
  if (!(await store.saveAccount(tx, account, now)))
    throw conflict('email_taken', 'Another account has this e-mail address.');
  return account;
}

async function link(
  tx: Tx,
  { account, kind, by }: { account: store.AccountRow; kind: invitations.InvitationKind; by: string },
  now: number,
): Promise<Link> {
  if (account.disabledAt !== null) throw conflict('account_disabled', 'This account is disabled. Enable it first.');
  const token = secret();
  const expiresAt = now + LASTS[kind];
  const { orgId } = account;
  await invitations.replaceInvitation(tx, {
    hash: hashOf(token),
    orgId,
    account: account.id,
    kind,
    createdAt: now,
    expiresAt,
  });
  await enter(tx, { orgId, now }, { actor: by, act: ACTS[kind], object: `person:${account.person}` });
  return { token, expiresAt };
}
