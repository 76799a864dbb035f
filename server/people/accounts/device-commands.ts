import { secret, shortId } from '#server/foundation/ids.ts';
import { missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import * as store from './device-store.ts';
import { hashOf } from './rules.ts';
import { forgetViewers } from './viewers.ts';

export type MadeDevice = Omit<store.DeviceRow, 'revokedAt'> & { token: string };

/** Makes a device and its token, which is in the answer and nowhere else. @param wish scope `org`, `site:ID` or `team:ID` */
export async function createDevice(
  { db, clock }: Pick<Ground, 'db' | 'clock'>,
  orgId: number,
  wish: { name: string; scope: string },
): Promise<MadeDevice> {
  const id = shortId();
  const token = `fld_${id}_${secret()}`;
  const row = { id, name: wish.name, scope: wish.scope, createdAt: clock.now() };
  await store.insertDevice(db, orgId, { ...row, revokedAt: null, hash: hashOf(token) });
  return { ...row, token };
}

/** @throws Refusal missing */
export async function revokeDevice(
  { db, clock }: Pick<Ground, 'db' | 'clock'>,
  orgId: number,
  id: string,
): Promise<void> {
  const gone = await store.revokeDevice(db, { orgId, id, now: clock.now() });
  forgetViewers(db);
  if (gone.length === 0) throw missing(`There is no device ${id}.`);
}
