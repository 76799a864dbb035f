import pino from 'pino';
import { consumers } from '../server/flow.ts';
import { openOwnDb } from '../server/foundation/db.ts';
import { rebuild } from '../server/log/rebuilding.ts';
import { dropShadow, makeShadow, SHADOW } from '../server/log/shadow-store.ts';
import type { World } from './world.ts';

/** Derives everything of a world again from its log, beside what is live. @returns how many events, and what differs by table */
export async function rebuilt(world: World): Promise<{ events: number; differences: string[] }> {
  const rooms = consumers(world);
  // what this process remembers of the live tables is not for the shadow, and the other way round
  const forget = () => {
    for (const room of rooms) room.forget(world.orgId);
  };
  const live = openOwnDb(world.url, 2);
  await makeShadow(
    live.every,
    rooms.flatMap((room) => room.tables),
  );
  const shadow = openOwnDb(world.url, 2, `${SHADOW},public`);
  forget();
  const log = pino({ level: 'silent' });
  const plan = { live, shadow, consumers: rooms, clock: world.clock, log, verify: true };
  const { events, differences } = await rebuild(plan, world.orgId);
  forget();
  await shadow.close();
  await dropShadow(live.every);
  await live.close();
  return { events, differences };
}
