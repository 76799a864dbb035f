import type { Scope } from '#contract/words.ts';
import type { Tx } from '#server/foundation/db.ts';
import { secret, shortId, uuidV7 } from '#server/foundation/ids.ts';
import { anonymous, conflict, forbidden, invalid, missing, Refusal } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { enter } from '../audit/commands.ts';
import { atDesk } from '../commands.ts';
import { savePeople } from '../person-commands.ts';
import { personRows } from '../person-store.ts';
import { digestPassword, isPassword, refuseWeak } from './passwords.ts';
import { hashOf, SESSION_MS } from './rules.ts';
import { orgOfSetupToken, useSetupToken } from './setup-store.ts';
import * as store from './store.ts';
import { letTry } from './tries.ts';
import { forgetViewers } from './viewers.ts';

type Accounts = Pick<Ground, 'db' | 'clock' | 'log'>;

/**
 * Signs in with e-mail and password. An unknown e-mail costs the same time as a wrong password.
 * @returns the token for the cookie, kept nowhere else
 * @throws Refusal anonymous, or 429 after 10 tries within 15 minutes
 */
export async function signIn(
  { db, clock }: Pick<Ground, 'db' | 'clock'>,
  given: { email: string; password: string; browser?: string | null },
): Promise<string> {
  const email = given.email.toLowerCase();
  const digest = hashOf(email);
  await letTry({ db, clock }, digest);
  const account = await store.accountByEmail(db.lobby, email);
  const right = await isPassword(account?.password, given.password);
  if (!account || !right || account.disabledAt !== null) throw WRONG();
  await store.forgetTries(db.lobby, digest);
  return openSession(db.of(account.orgId), { ...account, browser: given.browser ?? null }, clock.now());
}

/** Ends a session at once. */
export async function signOut({ db }: Pick<Ground, 'db'>, sessionId: string): Promise<void> {
  const orgId = (await store.orgsOfSessions(db.lobby, [sessionId])).get(sessionId);
  if (orgId !== undefined) await store.deleteSession(db.of(orgId), sessionId);
  forgetViewers(db);
}

/** Opens a session. @returns the token for the cookie */
export async function openSession(
  tx: Tx,
  account: { id: string; orgId: number; browser: string | null },
  now: number,
): Promise<string> {
  const token = secret();
  await store.insertSession(tx, {
    id: hashOf(token),
    orgId: account.orgId,
    account: account.id,
    browser: account.browser,
    createdAt: now,
    expiresAt: now + SESSION_MS,
  });
  return token;
}

export type AccountWish = { email?: string | undefined; password?: string | undefined; disabled?: boolean | undefined };
export type AccountOf = { orgId: number; person: string; by?: string };

/**
 * Gives a person an account, or changes it. A new password, a new e-mail and disabling end all its sessions.
 * @throws Refusal missing (no such person), conflict `email_taken`, invalid (a new account without an e-mail)
 */
export async function saveAccount(
  { db, clock }: Accounts,
  { by = HOUSE_ACTOR, ...of }: AccountOf,
  wish: AccountWish,
): Promise<{ email: string; disabled: boolean }> {
  const password = wish.password === undefined ? undefined : await digestPassword(wish.password);
  const row = await db.of(of.orgId).transaction(async (tx) => {
    const [person] = await personRows(tx, of.orgId, [of.person]);
    if (!person) throw missing(`There is no person ${of.person}.`);
    const before = await store.accountOfPerson(tx, of.orgId, of.person);
    const email = (wish.email ?? before?.email ?? person.email)?.toLowerCase();
    if (!email)
      throw invalid('invalid', 'A new account needs an e-mail address.', [{ path: '/email', message: 'is missing' }]);
    const after: store.AccountRow = {
      id: before?.id ?? uuidV7(clock.now()),
      ...of,
      email,
      password: password ?? before?.password ?? null,
      disabledAt: wish.disabled === undefined ? (before?.disabledAt ?? null) : wish.disabled ? clock.now() : null,
    };
    if (wish.password !== undefined && by !== HOUSE_ACTOR) refuseWeak(wish.password, { email, name: person.name });
    const had = await store.someAdministrator(tx, of.orgId);
    await keepAccount(tx, { before, after }, clock.now());
    await refuseWithoutAdministrator(tx, of.orgId, had);
    await enter(
      tx,
      { orgId: of.orgId, now: clock.now() },
      { actor: by, act: actOf(before, after), object: `person:${of.person}` },
    );
    return after;
  });
  forgetViewers(db);
  return { email: row.email, disabled: row.disabledAt !== null };
}

/**
 * Makes the administrator of an organisation that has none, as a person and an account.
 * @throws Refusal conflict when there is one already
 */
export async function makeAdministrator(
  ground: Accounts,
  orgId: number,
  given: { email: string; password: string; name: string },
): Promise<void> {
  const id = await atDesk(ground, orgId, async (desk) => {
    if (await store.someAdministrator(desk.tx, orgId))
      throw conflict('administrator_exists', 'This organisation has an administrator.');
    const person = await freePersonId(desk.tx, orgId);
    await savePeople(desk, [{ id: person, name: given.name, email: given.email, roles: ['admin'] }]);
    return person;
  });
  await saveAccount(ground, { orgId, person: id }, given);
}

/** Uses a set-up token up and signs its holder in as the first administrator. @throws Refusal forbidden where it is no good */
export async function setUpWith(
  ground: Accounts,
  given: { token: string; email: string; password: string; name: string; browser?: string | null },
): Promise<string> {
  refuseWeak(given.password, given);
  const [hash, now] = [hashOf(given.token), ground.clock.now()];
  const orgId = await orgOfSetupToken(ground.db.lobby, hash, now);
  if (orgId === null || !(await useSetupToken(ground.db.of(orgId), hash, now)))
    throw forbidden('This link was used already, or its day is over. Restart Floorlight for a new one.');
  await makeAdministrator(ground, orgId, given);
  return signIn(ground, given);
}

export type MadeKey = Omit<store.KeyRow, 'revokedAt' | 'madeBy'> & { key: string };

/** Makes an API key. Its text is in the answer and nowhere else. */
export async function createKey(
  { db, clock }: Pick<Ground, 'db' | 'clock'>,
  orgId: number,
  wish: { name: string; scopes: Scope[]; by?: string },
): Promise<MadeKey> {
  const id = shortId();
  const key = `fl_${id}_${secret()}`;
  const row = { id, name: wish.name, scopes: [...new Set(wish.scopes)], createdAt: clock.now() };
  await db.of(orgId).transaction(async (tx) => {
    const by = wish.by ?? HOUSE_ACTOR;
    await store.insertKey(tx, orgId, { ...row, revokedAt: null, madeBy: by, hash: hashOf(key) });
    const act = { actor: by, act: 'key.made', object: `key:${id}` };
    await enter(tx, { orgId, now: row.createdAt }, act);
  });
  return { ...row, key };
}

/** @throws Refusal missing */
export async function revokeKey(
  { db, clock }: Pick<Ground, 'db' | 'clock'>,
  orgId: number,
  { id, by = HOUSE_ACTOR }: { id: string; by?: string },
): Promise<void> {
  const now = clock.now();
  await db.of(orgId).transaction(async (tx) => {
    const gone = await store.revokeKey(tx, { orgId, id, now });
    if (gone.length === 0) throw missing(`There is no key ${id}.`);
    await enter(tx, { orgId, now }, { actor: by, act: 'key.revoked', object: `key:${id}` });
  });
  forgetViewers(db);
}

const WRONG = (): Refusal => new Refusal('anonymous', 'sign_in_failed', 'E-mail and password do not belong together.');
/** Who the house is in the trail: the first start, the demo. */
const HOUSE_ACTOR = 'house';

async function keepAccount(
  tx: Tx,
  { before, after }: { before: store.AccountRow | null; after: store.AccountRow },
  now: number,
): Promise<void> {
  const holder = await store.accountByEmail(tx, after.email);
  if (holder && holder.id !== after.id) throw conflict('email_taken', 'Another account has this e-mail address.');
  if (!before) {
    if (!(await store.saveAccount(tx, after, now)))
      throw conflict('email_taken', 'Another account has this e-mail address.');
    return;
  }
  if (!(await store.changeAccount(tx, after)))
    throw conflict('email_taken', 'Another account has this e-mail address.');
  const same = before.email === after.email && before.password === after.password && after.disabledAt === null;
  if (!same) await store.deleteSessionsOf(tx, after.id);
}

/**
 * @param had whether there was an administrator before the change
 * @throws Refusal conflict `last_administrator` where nobody would be left who can let others in
 */
export async function refuseWithoutAdministrator(tx: Tx, orgId: number, had: boolean): Promise<void> {
  if (had && !(await store.someAdministrator(tx, orgId)))
    throw conflict('last_administrator', 'The last administrator cannot be disabled or lose the role.');
}

function actOf(before: store.AccountRow | null, after: store.AccountRow): string {
  if (!before) return 'account.made';
  if ((before.disabledAt === null) !== (after.disabledAt === null))
    return after.disabledAt === null ? 'account.enabled' : 'account.disabled';
  return 'account.changed';
}

async function freePersonId(tx: Tx, orgId: number): Promise<string> {
  const wanted = ['admin', ...Array.from({ length: 98 }, (_, n) => `admin-${n + 2}`)];
  const taken = new Set((await personRows(tx, orgId, wanted)).map((row) => row.id));
  const free = wanted.find((id) => !taken.has(id));
  if (!free) throw anonymous('No id is left for an administrator.');
  return free;
}
