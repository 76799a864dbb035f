import { randomInt } from 'node:crypto';
import type { PairingAsked, PairingState, StoredScene } from '#contract/wall.ts';
import type { Tx } from '#server/foundation/db.ts';
import { secret } from '#server/foundation/ids.ts';
import { conflict, missing, Refusal, tooMany } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { announceDevice, giveToken, type MadeDevice } from '#server/people/accounts/device-commands.ts';
import { deviceRow } from '#server/people/accounts/device-store.ts';
import { hashOf } from '#server/people/accounts/rules.ts';
import { forgiveTry } from '#server/people/accounts/store.ts';
import { letTry } from '#server/people/accounts/tries.ts';
import { scenesSaved } from './commands.ts';
import * as rules from './rules.ts';
import * as store from './store.ts';

type House = Pick<Ground, 'db' | 'clock' | 'log'>;
export type Approval = { name: string; scope: string; scenes?: StoredScene[] | undefined };

/** A code for the glass and a secret for its own question. @throws Refusal 429 where an address, or all together, ask too often */
export async function askPairing({ db, clock }: House, address: string): Promise<PairingAsked> {
  const now = clock.now();
  await letTry({ db, clock }, hashOf(`pairing address ${address}`), rules.MOST_TRIES.address);
  if ((await store.waitingPairings(db.lobby, now)) >= rules.MOST_WAITING)
    throw tooMany('Too many screens wait to be let in. Try again in a minute.', 60);
  const own = secret();
  const expiresAt = now + rules.PAIRING_MS;
  let code = newCode();
  while (!(await store.insertPairing(db.lobby, row(code, { own, now, expiresAt })))) code = newCode();
  return { code, secret: own, expiresAt: new Date(expiresAt).toISOString() };
}

/**
 * Lets a screen in: makes its device, which the screen then fetches the token of.
 * @throws Refusal missing (no such code, or over), conflict `pairing_used`, 429 after too many wrong codes
 */
export async function approvePairing(
  ground: House,
  by: { orgId: number; who: string },
  { code: typed, ...wish }: Approval & { code: string },
): Promise<MadeDevice> {
  const [own, all] = [hashOf(`pairing approver ${by.orgId} ${by.who}`), hashOf('pairing approvals')];
  await letTry(ground, own, rules.MOST_TRIES.approver);
  await letTry(ground, all, rules.MOST_TRIES.everybody);
  const code = rules.codeOf(typed);
  if (code === null) throw unknownCode();
  const device = await claim(ground, { orgId: by.orgId, code: hashOf(code) }, wish);
  if (!device) throw whyNot(await store.pairingByCode(ground.db.lobby, hashOf(code)));
  await forgiveTry(ground.db.lobby, own);
  await forgiveTry(ground.db.lobby, all);
  return device;
}

/** What became of the question of a screen: its token, the first time that it asks after it was let in, and never again. */
export async function collectToken({ db, clock }: House, own: string): Promise<PairingState> {
  const now = clock.now();
  const digest = hashOf(own);
  const row = await store.pairingBySecret(db.lobby, digest);
  if (row && row.approvedAt !== null) {
    const paired = await db.of(row.orgId).transaction((tx) => handOut(tx, digest, now));
    if (paired) return { state: 'paired', ...paired };
    if ((await store.pairingBySecret(db.lobby, digest))?.collectedAt) throw used();
  }
  if (!row || row.expiresAt <= now) throw expired();
  return { state: 'waiting', expiresAt: new Date(row.expiresAt).toISOString() };
}

/** Null: it was handed out already, or is over. */
async function handOut(tx: Tx, digest: string, now: number) {
  const row = await store.collectPairing(tx, digest, now);
  if (!row?.device) return null;
  const token = await giveToken(tx, row.orgId, row.device);
  const device = await deviceRow(tx, row.orgId, row.device);
  return device && { token, device: { id: device.id, name: device.name, scope: device.scope } };
}

const unknownCode = () => missing('No screen shows this code. Read it again; it changes every ten minutes.');
const used = () => conflict('pairing_used', 'This code was used already. The screen shows a new one when it needs it.');
const expired = () =>
  new Refusal('missing', 'pairing_expired', 'This code is over. The screen shows a new one by now.');

const newCode = (): string =>
  Array.from({ length: rules.CODE_LENGTH }, () => rules.CODE_ALPHABET[randomInt(rules.CODE_ALPHABET.length)]).join('');

const row = (code: string, { own, now, expiresAt }: { own: string; now: number; expiresAt: number }) => ({
  code: hashOf(code),
  secret: hashOf(own),
  now,
  expiresAt,
});

/** Null: no screen waits under this code, or somebody was faster. */
function claim(ground: House, at: { orgId: number; code: string }, wish: Approval): Promise<MadeDevice | null> {
  const now = ground.clock.now();
  return ground.log.command(at.orgId, async (tx, append) => {
    const taken = await store.claimPairing(tx, { ...at, now, until: now + rules.COLLECT_MS });
    if (!taken) return null;
    const device = await announceDevice({ tx, append, now }, at.orgId, wish);
    await store.assignPairing(tx, at.code, device.id);
    const scenes = wish.scenes ?? rules.USUAL_SCENES;
    await store.saveScenes(tx, at.orgId, { device: device.id, scenes, now });
    await append([scenesSaved(device.id, scenes, now)]);
    return device;
  });
}

function whyNot(row: store.PairingRow | null): Refusal {
  if (!row) return unknownCode();
  return row.approvedAt === null ? expired() : used();
}
