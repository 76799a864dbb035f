import { forbidden, missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { floorFor, orgOf } from '../door.ts';
import { seeBoards, type Viewer } from '../may.ts';
import { rosterOf } from '../roster.ts';

/** Nobody hands out, or takes away, a sight that they do not have. @throws Refusal forbidden, or missing for a place that is none */
export async function refuseBeyond(ground: Pick<Ground, 'db'>, viewer: Viewer, scope: string): Promise<void> {
  if (!(await seeBoards(viewer, { scope }, floorFor(ground, viewer))))
    throw forbidden(`The scope ${scope} is not yours to show.`);
  const roster = await rosterOf(ground.db.of(orgOf({ viewer })), orgOf({ viewer }));
  const [kind, id = ''] = scope.split(':');
  if (kind === 'org' || (kind === 'site' ? roster.sites : roster.teams).has(id)) return;
  throw missing(`There is no ${scope}.`);
}
