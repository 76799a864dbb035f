import { systemClock } from '../../server/foundation/clock.ts';
import { openDb } from '../../server/foundation/db.ts';
import { openLog } from '../../server/log/ground.ts';
import { windowClosed } from '../closings.ts';
import { HOUR_MS } from './contacts.ts';
import type { Floor } from './floor.ts';

/** Closes an hour as the job of the product would, which gives the points of that hour. @returns the position of the closing */
export async function closeHour(floor: Floor, hour: number): Promise<number> {
  const [{ org } = { org: 0 }] = await floor.sql<{ org: number }>('select org_id as org from flows order by 1 limit 1');
  const span = { from: new Date(hour).toISOString(), to: new Date(hour + HOUR_MS).toISOString() };
  for (;;) {
    const db = openDb(floor.databaseUrl, 1);
    const log = openLog(db, systemClock, false);
    try {
      return (await log.submit(org, [windowClosed('hour', 'UTC', span)])).position;
    } catch {
      // killed under us: the id is made of what is closed, so it may be said again
    } finally {
      log.bell.close();
      await db.close().catch(() => {});
    }
  }
}

/** The job of the product closes the hour before this one, or until a quarter past the one before that: not ours to use. */
const AGO = 3;

/** Whole hours that are over and left alone by the job, in order. */
export function hoursBefore(now: number, many: number, ago = AGO): number[] {
  const present = Math.floor(now / HOUR_MS) * HOUR_MS;
  return Array.from({ length: many }, (_, n) => present - (ago + many - 1 - n) * HOUR_MS);
}
