import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent, NewEvent, Position } from './catalogue.ts';
import { type PartyName, partyKey, partyKeys, refsOf, rememberRefs, secretOf } from './party-store.ts';
import { positionBefore, transactionOf } from './position.ts';
import { seal } from './seal.ts';
import { headOf, insertEvents, type Row } from './store.ts';
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
  const { rows, refs } = await rowsOf(tx, at.orgId, events);
  const offset = written.get(tx) ?? 0;
  written.set(tx, offset + rows.length);
  const { accepted, last } = await insertEvents(tx, at.orgId, rows, { offset, now: at.now });
  if (last === null) return { accepted, position: await headOf(tx, at.orgId), events: [] };
  rememberRefs(refs);
  const before = positionBefore(transactionOf(last)) + offset;
  return { accepted, position: last, events: writtenOf(rows, accepted, { before, now: at.now }) };
}

function writtenOf(rows: Row[], accepted: boolean[], at: { before: Position; now: number }): LoggedEvent[] {
  const events: LoggedEvent[] = [];
  for (const [index, { source, id, type, time, agent, customer, interaction, data }] of rows.entries()) {
    if (!accepted[index]) continue;
    const position = at.before + index + 1;
    events.push({
      position,
      source,
      id,
      type,
      time,
      recordedAt: at.now,
      agent,
      customer,
      interaction,
      data: asStored(data),
    });
  }
  return events;
}

async function rowsOf(tx: Tx, orgId: number, events: NewEvent[]): Promise<{ rows: Row[]; refs: Map<string, number> }> {
  const refs = await refsOf(
    tx,
    orgId,
    events.flatMap((event) => [...partiesOf(event), ...(event.replacement ? partiesOf(event.replacement) : [])]),
  );
  const rows = events.map((event) => rowOf(event, (party) => refs.get(partyKey(orgId, party)) ?? null));
  await sealPersonal(tx, orgId, { events, rows });
  return { rows, refs };
}

type RefOf = (party: PartyName) => number | null;
type Parties = Pick<NewEvent, 'agent' | 'customer'>;

function rowOf(event: NewEvent, refOf: RefOf): Row {
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
  return {
    source,
    id,
    type,
    time,
    agent,
    customer,
    interaction: shown.interaction ?? null,
    data,
    sealed: null,
  };
}

const agentParty = (agent: { source: string; name: string }): PartyName => ({ kind: 'agent', ...agent });
const customerParty = (name: string): PartyName => ({ kind: 'customer', source: '', name });

function partiesOf({ agent, customer }: Parties): PartyName[] {
  const parties: PartyName[] = [];
  if (agent) parties.push(agentParty(agent));
  if (customer) parties.push(customerParty(customer));
  return parties;
}

const partyRefs = ({ agent, customer }: Parties, refOf: RefOf) => ({
  agent: agent ? refOf(agentParty(agent)) : null,
  customer: customer ? refOf(customerParty(customer)) : null,
});

/** Personal text is sealed with the key of its customer, else of its agent, else of the organisation. */
async function sealPersonal(
  tx: Tx,
  orgId: number,
  { events, rows }: { events: NewEvent[]; rows: Row[] },
): Promise<void> {
  const personal = rows.flatMap((row, at) =>
    events[at]?.personal ? [{ row, text: JSON.stringify(events[at].personal) }] : [],
  );
  if (personal.length === 0) return;
  const partyOf = ({ customer, agent }: Row) => customer ?? agent;
  const keys = await partyKeys(
    tx,
    orgId,
    personal.flatMap(({ row }) => partyOf(row) ?? []),
  );
  const secret = await secretOf(tx, orgId);
  for (const { row, text } of personal) row.sealed = seal(text, keys.get(partyOf(row) ?? 0) ?? secret);
}
