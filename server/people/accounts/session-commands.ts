import { missing, Refusal } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { enter } from '../audit/commands.ts';
import type { AccountViewer } from '../may.ts';
import { personRows } from '../person-store.ts';
import { forgetInvitations, setPassword } from './invitation-store.ts';
import { digestPassword, isPassword, refuseWeak } from './passwords.ts';
import { hashOf } from './rules.ts';
import * as store from './store.ts';
import { letTry } from './tries.ts';
import { forgetViewers } from './viewers.ts';

type Accounts = Pick<Ground, 'db' | 'clock'>;

/**
 * Changes one's own password and ends all other sessions.
 * @throws Refusal invalid `password_wrong`, `password_weak`, 429 after 10 wrong tries within 15 minutes
 */
export async function changePassword(
  { db, clock }: Accounts,
  viewer: AccountViewer,
  given: { current: string; password: string },
): Promise<void> {
  const { orgId, accountId } = viewer;
  const account = await store.accountById(db.of(orgId), orgId, accountId);
  if (!account) throw missing('This account is gone.');
  const digest = hashOf(account.email);
  await letTry({ db, clock }, digest);
  if (!(await isPassword(account.password, given.current))) throw WRONG();
  await store.forgetTries(db.lobby, digest);
  const [person] = await personRows(db.of(orgId), orgId, [account.person]);
  refuseWeak(given.password, { email: account.email, name: person?.name ?? '' });
  const password = await digestPassword(given.password);
  await db.of(orgId).transaction(async (tx) => {
    await setPassword(tx, accountId, password);
    await store.deleteSessionsOf(tx, accountId, viewer.sessionId);
    await forgetInvitations(tx, accountId);
    const self = `person:${account.person}`;
    await enter(tx, { orgId, now: clock.now() }, { actor: self, act: 'account.password-changed', object: self });
  });
  forgetViewers(db);
}

/** Ends every session of an account, the one that asks too. */
export async function leaveEverywhere({ db, clock }: Accounts, viewer: AccountViewer): Promise<void> {
  const { orgId, accountId, personId } = viewer;
  await db.of(orgId).transaction(async (tx) => {
    await store.deleteSessionsOf(tx, accountId);
    const self = `person:${personId}`;
    await enter(tx, { orgId, now: clock.now() }, { actor: self, act: 'account.left-everywhere', object: self });
  });
  forgetViewers(db);
}

/** Ends one session of one's own. @throws Refusal missing */
export async function leaveSession({ db }: Accounts, viewer: AccountViewer, id: string): Promise<void> {
  const gone = await store.deleteOneOf(db.of(viewer.orgId), viewer.accountId, id);
  forgetViewers(db);
  if (gone.length === 0) throw missing('There is no such session.');
}

const WRONG = () =>
  new Refusal('invalid', 'password_wrong', 'The current password is another one.', {
    errors: [{ path: '/current', message: 'is not the current password' }],
  });
