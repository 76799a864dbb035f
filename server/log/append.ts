import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent, NewEvent, Position } from './catalogue.ts';
import { type PartyName, partyKey, partyKeys, refsOf, rememberRefs, secretOf } from './party-store.ts';
import { positionBefore, transactionOf } from './position.ts';
import { seal } from './seal.ts';
import { headOf, insertEvents, type Rows } from './store.ts';
import { asStored } from './stored.ts';

export type Appended = { accepted: boolean[]; position: Position };
export type Written = Appended & { events: LoggedEvent[] };

const written = new WeakMap<Tx, number>();

/**
 * Appends events within the caller's transaction. What is in the log already changes nothing.
 * @returns per event whether it was new, the position that covers all of them, and the new ones as the log gives them
 */
export async function append(tx: Tx, at: { orgId: number; now: number }, events: NewEvent[]): Promise<Written> {
  if (events.length === 0) return { accepted: [], position: await headOf(tx, at.orgId), events: [] };
  const { rows, refs } = await rowsOf(tx, at, events);
  const offset = written.get(tx) ?? 0;
  written.set(tx, offset + events.length);
  const { accepted, last } = await insertEvents(tx, at.orgId, rows, { offset, now: at.now });
  if (last === null) return { accepted, position: await headOf(tx, at.orgId), events: [] };
  rememberRefs(refs);
  const before = positionBefore(transactionOf(last)) + offset;
  return { accepted, position: last, events: writtenOf(rows.events, accepted, before) };
}

/** The new ones of what was given, as the log gives them: each in its place after the position `before`. */
function writtenOf(given: LoggedEvent[], accepted: boolean[], before: Position): LoggedEvent[] {
  given.forEach((event, index) => {
    event.position = before + index + 1;
    event.data = asStored(event.data);
  });
  return accepted.includes(false) ? given.filter((_, index) => accepted[index]) : given;
}

type At = { orgId: number; now: number };

async function rowsOf(
  tx: Tx,
  { orgId, now }: At,
  given: NewEvent[],
): Promise<{ rows: Rows; refs: Map<string, number> }> {
  const parties: PartyName[] = [];
  for (const event of given) {
    addParties(parties, event);
    if (event.replacement) addParties(parties, event.replacement);
  }
  const refs = await refsOf(tx, orgId, parties);
  const refOf: RefOf = (party) => refs.get(partyKey(orgId, party)) ?? null;
  const events = given.map((event) => rowOf(event, refOf, now));
  return { rows: { events, sealed: await sealPersonal(tx, orgId, { given, events }) }, refs };
}

type RefOf = (party: PartyName) => number | null;
type Parties = Pick<NewEvent, 'agent' | 'customer'>;

/** Its position is known when it is written. */
function rowOf(event: NewEvent, refOf: RefOf, now: number): LoggedEvent {
  const shown = event.replacement ?? event;
  const { agent, customer } = partyRefs(shown, refOf);
  const data = event.replacement
    ? {
        ...event.data,
        replacement: {
          agent,
          customer,
          interaction: event.replacement.interaction ?? null,
          data: event.replacement.data,
        },
      }
    : event.data;
  const { source, id, type, time } = event;
  const interaction = shown.interaction ?? null;
  return { position: 0, source, id, type, time, recordedAt: now, agent, customer, interaction, data };
}

const agentParty = (agent: { source: string; name: string }): PartyName => ({ kind: 'agent', ...agent });
const customerParty = (name: string): PartyName => ({ kind: 'customer', source: '', name });

function addParties(parties: PartyName[], { agent, customer }: Parties): void {
  if (agent) parties.push(agentParty(agent));
  if (customer) parties.push(customerParty(customer));
}

const partyRefs = ({ agent, customer }: Parties, refOf: RefOf) => ({
  agent: agent ? refOf(agentParty(agent)) : null,
  customer: customer ? refOf(customerParty(customer)) : null,
});

/** Personal text, sealed with the key of its customer, else of its agent, else of the organisation; null where there is none. */
async function sealPersonal(
  tx: Tx,
  orgId: number,
  { given, events }: { given: NewEvent[]; events: LoggedEvent[] },
): Promise<(Buffer | null)[]> {
  const partyAt = (at: number) => events[at]?.customer ?? events[at]?.agent ?? 0;
  const owners = given.flatMap(({ personal }, at) => (personal ? [partyAt(at)] : []));
  if (owners.length === 0) return given.map(() => null);
  const keys = await partyKeys(tx, orgId, owners);
  const secret = await secretOf(tx, orgId);
  return given.map(({ personal }, at) =>
    personal ? seal(JSON.stringify(personal), keys.get(partyAt(at)) ?? secret) : null,
  );
}
