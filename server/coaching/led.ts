import type { Ground } from '#server/log/ground.ts';
import { floorFor, orgOf } from '#server/people/door.ts';
import { leadPerson, type Viewer } from '#server/people/may.ts';
import { rosterOf } from '#server/people/roster.ts';

/** The people whom this viewer leads, of one team or of all, by id. */
export async function ledBy(ground: Pick<Ground, 'db'>, viewer: Viewer, team?: string): Promise<string[]> {
  const roster = await rosterOf(ground.db, orgOf({ viewer }));
  const floor = floorFor(ground, viewer);
  const led: string[] = [];
  for (const member of roster.people.values()) {
    if (team !== undefined && member.team !== team) continue;
    if (await leadPerson(viewer, { id: member.id }, floor)) led.push(member.id);
  }
  return led.sort();
}
