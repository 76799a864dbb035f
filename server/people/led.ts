import type { Tx } from '#server/foundation/db.ts';
import { teamsLed, type Viewer } from './may.ts';
import { rosterOf } from './roster.ts';

/** The people whom this viewer leads, of one team or of all, by id. */
export async function ledBy(tx: Tx, viewer: Viewer, team?: string): Promise<string[]> {
  const led = teamsLed(viewer);
  if (viewer.kind !== 'account' || led.length === 0) return [];
  const { people } = await rosterOf(tx, viewer.orgId);
  return [...people.values()]
    .filter((one) => team === undefined || one.team === team)
    .filter((one) => led === 'all' || (one.id !== viewer.personId && one.team !== null && led.includes(one.team)))
    .map((one) => one.id)
    .sort();
}
