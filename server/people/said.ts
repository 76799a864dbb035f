import type { Role } from '#contract/words.ts';
import type { Tx } from '#server/foundation/db.ts';
import { HOUSE, type Position } from '#server/log/catalogue.ts';
import { eventsOfAgentsOfTypes } from '#server/log/lookup-store.ts';
import { refsOf } from '#server/log/party-store.ts';

/** What was said of somebody: roles, team, and since when they are here. */
export type Said = { id: string; roles: Role[]; team: string | null; startedOn: string | null };

/** Some people as they were at a place in the log; who was not there yet, as they were first said to be. */
export async function peopleSaid(
  tx: Tx,
  orgId: number,
  { people, until }: { people: readonly string[]; until: Position },
): Promise<Said[]> {
  const parties = people.map((name) => ({ kind: 'agent' as const, source: HOUSE, name }));
  const refs = await refsOf(tx, orgId, parties);
  const events = await eventsOfAgentsOfTypes(tx, orgId, [...refs.values()], ['person.saved']);
  const said = new Map<string, Said>();
  for (const { position, data } of events.sort((a, b) => a.position - b.position)) {
    const own = data as Said;
    if (position <= until || !said.has(own.id)) said.set(own.id, own);
  }
  return [...said.values()];
}
