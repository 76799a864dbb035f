import type { Identity, Person } from '#contract/people.ts';
import { conflict, missing, type PathError } from '#server/foundation/refusals.ts';
import { HOUSE, type Position } from '#server/log/catalogue.ts';
import { partyKey, refsOf } from '#server/log/party-store.ts';
import { sealedBefore } from '#server/log/sealed-store.ts';
import { byId, type Desk, refuseAny, tell } from './commands.ts';
import { mappingRows, type NamedPerson, personRows, saveMappings, saveNames, savePersonRows } from './person-store.ts';
import {
  ALWAYS,
  edgesBefore,
  FOREVER,
  type Mapping,
  merged,
  repeatedIds,
  resolveMappings,
  sameFields,
  sameMappings,
  type WishesOfPerson,
} from './rules.ts';
import { teamRows } from './store.ts';

/**
 * Saves people by id, with the identities that they have in the sources. What stands there already appends nothing.
 * @throws Refusal invalid by path (unknown team, nothing to begin with, an identity that ends before it begins),
 *   conflict `identity_taken` by path where an agent is mapped to two people at the same time, `sealed` where a mapping
 *   would begin or end in a past that is sealed
 */
export async function savePeople(desk: Desk, items: Person[]): Promise<Position> {
  const before = byId(
    await personRows(
      desk.tx,
      desk.orgId,
      items.map((item) => item.id),
    ),
  );
  const teams = byId(await teamRows(desk.tx, desk.orgId));
  refuseAny('invalid', [
    ...repeatedIds(items),
    ...items.flatMap((item, i) => errorsOf({ item, path: `/${i}` }, { before, teams })),
  ]);
  const people = items.map((item) => merged(before.get(item.id) ?? fresh(item.id), item));
  const changes = people.filter(
    (person) => !before.has(person.id) || !sameFields(person, before.get(person.id) as NamedPerson),
  );
  const saved = await keepPeople(desk, changes);
  const identified = await identify(desk, items);
  return Math.max(saved, identified);
}

/**
 * Says that an agent of a source is somebody, beside all that they are by now: two who say so at the same moment are both heard.
 * @throws Refusal missing for somebody unknown, else as `savePeople`
 */
export async function addIdentity(desk: Desk, person: string, identity: Identity): Promise<Position> {
  const { tx, orgId } = desk;
  const [known] = await personRows(tx, orgId, [person]);
  if (!known) throw missing(`There is no person ${person}.`);
  const [asked] = await wishesOf(desk, [{ id: person, identities: [identity] }]);
  if (!asked) return 0;
  const agents = asked.wishes.map((wish) => wish.agent);
  const held = await mappingRows(tx, orgId, { people: [person], agents });
  const own = held.filter((mapping) => mapping.person === person);
  const wishes = own.map(({ source, agent, validFrom: from, validTo: to }) => ({ source, agent, from, to }));
  const at = (errors: PathError[]) => errors.map(({ message }) => ({ path: '/agent', message }));
  return keepMappings(desk, [{ ...asked, wishes: [...wishes, ...asked.wishes] }], { held, at });
}

/** A mapping as the event tells it: what holds from the epoch or until further notice is left out. */
export type ToldMapping = { source: string; agent: number; from?: number; to?: number };

export const told = ({ source, agent, validFrom, validTo }: Mapping): ToldMapping => ({
  source,
  agent,
  ...(validFrom === ALWAYS ? {} : { from: validFrom }),
  ...(validTo === FOREVER ? {} : { to: validTo }),
});

const fresh = (id: string): NamedPerson => ({
  id,
  name: id,
  email: null,
  roles: ['agent'],
  team: null,
  startedOn: null,
});

type Known = { before: Map<string, NamedPerson>; teams: Map<string, unknown> };

function errorsOf({ item, path }: { item: Person; path: string }, { before, teams }: Known): PathError[] {
  const errors: PathError[] = [];
  if (item.team !== undefined && !teams.has(item.team))
    errors.push({ path: `${path}/team`, message: `there is no team ${item.team}` });
  if (before.has(item.id)) return errors;
  if (item.name === undefined) errors.push({ path: `${path}/name`, message: 'a new person needs a name' });
  if (item.roles === undefined) errors.push({ path: `${path}/roles`, message: 'a new person needs a role' });
  if (item.team === undefined && item.roles?.includes('agent'))
    errors.push({ path: `${path}/team`, message: 'a new agent needs a team' });
  return errors;
}

async function keepPeople(desk: Desk, changes: NamedPerson[]): Promise<Position> {
  const { positions, position } = await tell(
    desk,
    changes.map(({ id, name, email, roles, team, startedOn }) => ({
      type: 'person.saved',
      agent: { source: HOUSE, name: id },
      data: { id, roles, team, startedOn },
      personal: { name, ...(email ? { email } : {}) },
    })),
  );
  if (changes.length === 0) return position;
  await saveNames(desk.tx, desk.orgId, changes);
  await savePersonRows(
    desk.tx,
    desk.orgId,
    changes.map((person, i) => ({ ...person, time: desk.now, position: positions[i] ?? position })),
  );
  return position;
}

async function identify(desk: Desk, items: Person[]): Promise<Position> {
  const asked = await wishesOf(desk, items);
  if (asked.length === 0) return 0;
  const agents = asked.flatMap((item) => item.wishes.map((wish) => wish.agent));
  const held = await mappingRows(desk.tx, desk.orgId, { people: asked.map((item) => item.person), agents });
  return keepMappings(desk, asked, { held, at: (errors) => errors });
}

type Standing = { held: Mapping[]; at: (errors: PathError[]) => PathError[] };

/** @throws Refusal invalid and conflict, by the paths that `at` makes of them */
async function keepMappings(desk: Desk, asked: WishesOfPerson[], { held, at }: Standing): Promise<Position> {
  const { mappings, order, taken } = resolveMappings(asked, held);
  refuseAny('invalid', at(order));
  if (taken.length > 0) throw conflict('identity_taken', 'An agent of a source is one person at a time.', at(taken));
  const before = await sealedBefore(desk.tx, desk.orgId);
  const sealed = before === null ? [] : edgesBefore(before, asked, held);
  if (sealed.length > 0)
    throw conflict('sealed', 'Who somebody was in a time that is sealed does not change.', at(sealed));
  const standing = Map.groupBy(held, (mapping) => mapping.person);
  const changes = [...mappings].filter(([person, now]) => !sameMappings(now, standing.get(person) ?? []));
  const { positions, position } = await tell(
    desk,
    changes.map(([person, now]) => ({ type: 'person.identified', data: { person, identities: now.map(told) } })),
  );
  if (changes.length === 0) return position;
  await saveMappings(
    desk.tx,
    desk.orgId,
    changes.map(([person, now], i) => ({ person, mappings: now, position: positions[i] ?? position })),
  );
  return position;
}

async function wishesOf(desk: Desk, items: Person[]): Promise<WishesOfPerson[]> {
  const party = (identity: { source: string; agent: string }) => ({
    kind: 'agent' as const,
    source: identity.source,
    name: identity.agent,
  });
  const refs = await refsOf(
    desk.tx,
    desk.orgId,
    items.flatMap((item) => (item.identities ?? []).map(party)),
  );
  return items.flatMap((item, index) => {
    if (!item.identities) return [];
    const wishes = item.identities.map((identity) => ({
      source: identity.source,
      agent: refs.get(partyKey(desk.orgId, party(identity))) ?? 0,
      from: identity.from ? Date.parse(identity.from) : null,
      to: identity.to ? Date.parse(identity.to) : null,
    }));
    return [{ path: `/${index}`, person: item.id, wishes }];
  });
}
