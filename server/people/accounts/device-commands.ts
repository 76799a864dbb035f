import type { Tx } from '#server/foundation/db.ts';
import { secret, shortId, uuidV7 } from '#server/foundation/ids.ts';
import { missing } from '#server/foundation/refusals.ts';
import { HOUSE, type NewEvent } from '#server/log/catalogue.ts';
import type { Append, Ground } from '#server/log/ground.ts';
import * as store from './device-store.ts';
import { hashOf } from './rules.ts';
import { forgetViewers } from './viewers.ts';

type House = Pick<Ground, 'db' | 'clock' | 'log'>;
export type DeviceWish = { name: string; scope: string };
export type MadeDevice = DeviceWish & { id: string; createdAt: number };

/** Makes a device and its token, which is in the answer and nowhere else. @param wish scope `org`, `site:ID` or `team:ID` */
export function createDevice(ground: House, orgId: number, wish: DeviceWish): Promise<MadeDevice & { token: string }> {
  return ground.log.command(orgId, async (tx, append) => {
    const device = await announceDevice({ tx, append, now: ground.clock.now() }, orgId, wish);
    return { ...device, token: await giveToken(tx, orgId, device.id) };
  });
}

/** Makes a device that nobody can speak for until it is given its token. */
export async function announceDevice(
  { tx, append, now }: { tx: Tx; append: Append; now: number },
  orgId: number,
  { name, scope }: DeviceWish,
): Promise<MadeDevice> {
  const device = { id: shortId(), name, scope, createdAt: now };
  await store.insertDevice(tx, orgId, { ...device, hash: hashOf(secret()) });
  await append([eventOf('device.saved', { device: device.id, name, scope }, now)]);
  return device;
}

/** A new token of a device, in place of whatever it had. @throws Refusal missing where the device was taken back */
export async function giveToken(tx: Tx, orgId: number, id: string): Promise<string> {
  const token = `fld_${id}_${secret()}`;
  const given = await store.replaceHash(tx, { orgId, id, hash: hashOf(token) });
  if (given.length === 0) throw missing(`There is no device ${id}.`);
  return token;
}

/** Another name or scope; what is absent stays. @throws Refusal missing */
export async function changeDevice(
  ground: House,
  of: { orgId: number; id: string },
  wish: { name?: string | undefined; scope?: string | undefined },
): Promise<MadeDevice> {
  const changed = await ground.log.command(of.orgId, async (tx, append) => {
    const row = await store.deviceRow(tx, of.orgId, of.id);
    if (!row) throw missing(`There is no device ${of.id}.`);
    const device = { ...row, name: wish.name ?? row.name, scope: wish.scope ?? row.scope };
    await store.changeDevice(tx, of.orgId, device);
    const { id, name, scope } = device;
    await append([eventOf('device.saved', { device: id, name, scope }, ground.clock.now())]);
    return device;
  });
  forgetViewers(ground.db);
  return changed;
}

/** Takes the token back: dark at once. @throws Refusal missing */
export async function revokeDevice(ground: House, orgId: number, id: string): Promise<void> {
  const now = ground.clock.now();
  await ground.log.command(orgId, async (tx, append) => {
    const gone = await store.revokeDevice(tx, { orgId, id, now });
    if (gone.length === 0) throw missing(`There is no device ${id}.`);
    await append([eventOf('device.revoked', { device: id }, now)]);
  });
  forgetViewers(ground.db);
}

const eventOf = (type: 'device.saved' | 'device.revoked', data: Record<string, unknown>, now: number): NewEvent => ({
  source: HOUSE,
  id: `${type}:${uuidV7(now)}`,
  type,
  time: now,
  data,
});
