import type { OrganisationWish } from '#contract/people.ts';
import { isTimeZone } from '#server/foundation/zones.ts';
import type { Position } from '#server/log/catalogue.ts';
import { actorOf, enter } from './audit/commands.ts';
import { type Desk, refuseAny, tell } from './commands.ts';
import type { Viewer } from './may.ts';
import { merged, sameFields } from './rules.ts';
import { organisationRow, saveOrganisation } from './store.ts';

/**
 * Names the organisation, or moves its day to another zone; what stands there already appends nothing.
 * @throws Refusal invalid `time_zone_unknown`, by path
 */
export async function renameOrganisation(desk: Desk, viewer: Viewer, wish: OrganisationWish): Promise<Position> {
  const { timeZone } = wish;
  if (timeZone !== undefined && !isTimeZone(timeZone))
    refuseAny('time_zone_unknown', [{ path: '/timeZone', message: `${timeZone} is no IANA time zone` }]);
  const before = await organisationRow(desk.tx, desk.orgId);
  const after = merged(before, wish);
  const changes = !sameFields(after, before);
  const { position } = await tell(desk, changes ? [{ type: 'organisation.saved', data: after }] : []);
  if (!changes) return position;
  await saveOrganisation(desk.tx, desk.orgId, { ...after, position });
  const act = { actor: actorOf(viewer), act: 'organisation.changed', object: `organisation:${desk.orgId}` };
  await enter(desk.tx, desk, act);
  return position;
}
