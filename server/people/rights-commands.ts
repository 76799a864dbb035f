import type { Person } from '#contract/people.ts';
import { forbidden } from '#server/foundation/refusals.ts';
import type { Position } from '#server/log/catalogue.ts';
import { refuseWithoutAdministrator } from './accounts/commands.ts';
import { someAdministrator } from './accounts/store.ts';
import { actorOf, enter } from './audit/commands.ts';
import type { Desk } from './commands.ts';
import type { Viewer } from './may.ts';
import { savePeople } from './person-commands.ts';
import { type NamedPerson, personRows } from './person-store.ts';

/** More changes than these in one call are one entry of the trail: a whole floor came in by an import. */
const ONE_BY_ONE = 20;

/**
 * Saves people on somebody's word: roles and teams are rights, so each change of them is entered in the trail.
 * @throws Refusal as `savePeople`; forbidden where somebody else than an administrator makes or unmakes one;
 *   conflict `last_administrator`
 */
export async function savePeopleAs(desk: Desk, viewer: Viewer, items: Person[]): Promise<Position> {
  const { tx, orgId, now } = desk;
  const ids = items.map((item) => item.id);
  const before = new Map((await personRows(tx, orgId, ids)).map((row) => [row.id, row]));
  if (viewer.kind === 'account' && !viewer.roles.includes('admin')) refuseAdministrators(items, before);
  const had = await someAdministrator(tx, orgId);
  const position = await savePeople(desk, items);
  await refuseWithoutAdministrator(tx, orgId, had);
  const changed = items.filter((item) => changesRights(item, before.get(item.id)));
  const objects = changed.length > ONE_BY_ONE ? [`people:${changed.length}`] : changed.map(({ id }) => `person:${id}`);
  for (const object of objects)
    await enter(tx, { orgId, now }, { actor: actorOf(viewer), act: 'person.changed', object });
  return position;
}

function refuseAdministrators(items: Person[], before: Map<string, NamedPerson>): void {
  const moved = items.find(
    ({ id, roles }) => roles && roles.includes('admin') !== (before.get(id)?.roles.includes('admin') ?? false),
  );
  if (moved) throw forbidden('Only an administrator makes an administrator, or takes the role away.');
}

const changesRights = ({ roles, team }: Person, before: NamedPerson | undefined): boolean =>
  !before ||
  (roles !== undefined && String(roles) !== String(before.roles)) ||
  (team !== undefined && team !== before.team);
