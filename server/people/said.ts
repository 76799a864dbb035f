import type { Role } from '#contract/words.ts';
import type { Tx } from '#server/foundation/db.ts';
import { HOUSE, type Position } from '#server/log/catalogue.ts';
import { eventsOfAgentsOfTypes } from '#server/log/lookup-store.ts';
import { refsOf } from '#server/log/party-store.ts';

/** What was said of somebody: roles, team, and since when they are here. */
export type Said = { id: string; roles: Role[]; team: string | null; startedOn: string | null };

/** All that was ever said of some people, to be asked for many places in the log. */
export type Biographies = ReadonlyMap<string, readonly { position: Position; said: Said }[]>;

/** Reads all that was said of some people, in the order of the log. */
export async function biographiesOf(tx: Tx, orgId: number, people: readonly string[]): Promise<Biographies> {
  const parties = people.map((name) => ({ kind: 'agent' as const, source: HOUSE, name }));
  const refs = await refsOf(tx, orgId, parties);
  const events = await eventsOfAgentsOfTypes(tx, orgId, [...refs.values()], ['person.saved']);
  const told = events
    .sort((a, b) => a.position - b.position)
    .map(({ position, data }) => ({ position, said: data as Said }));
  return Map.groupBy(told, ({ said }) => said.id);
}

/** Somebody as they were at a place in the log; who was not there yet, as they were first said to be. */
export function saidOf(of: Biographies, person: string, until: Position): Said | null {
  const told = of.get(person) ?? [];
  return (told.findLast(({ position }) => position <= until) ?? told[0])?.said ?? null;
}
