import type { Tx } from '#server/foundation/db.ts';
import type { NewEvent, Position } from './catalogue.ts';
import { type PartyName, partyKey, partyKeyBytes, refsOf, rememberRefs, secretOf } from './party-store.ts';
import { seal } from './seal.ts';
import { headOf, insertEvents, type Row } from './store.ts';

export type Appended = { accepted: boolean[]; position: Position };

const written = new WeakMap<Tx, number>();

/**
 * Appends events within the caller's transaction. What is in the log already changes nothing.
 * @returns per event whether it was new, and the position that covers all of them
 */
export async function append(tx: Tx, at: { orgId: number; now: number }, events: NewEvent[]): Promise<Appended> {
  if (events.length === 0) return { accepted: [], position: await headOf(tx, at.orgId) };
  const { rows, refs } = await rowsOf(tx, at.orgId, events);
  const offset = written.get(tx) ?? 0;
  written.set(tx, offset + rows.length);
  const { accepted, last } = await insertEvents(tx, at.orgId, rows, { offset, now: at.now });
  if (last !== null) rememberRefs(refs);
  return { accepted, position: last ?? (await headOf(tx, at.orgId)) };
}

async function rowsOf(tx: Tx, orgId: number, events: NewEvent[]): Promise<{ rows: Row[]; refs: Map<string, number> }> {
  const refs = await refsOf(tx, orgId, events.flatMap((event) => [...partiesOf(event), ...(event.replacement ? partiesOf(event.replacement) : [])]));
  const rows: Row[] = [];
  for (const event of events) rows.push(await rowOf(tx, event, (party) => refs.get(partyKey(orgId, party)) ?? null, orgId));
  return { rows, refs };
}

type RefOf = (party: PartyName) => number | null;
type Parties = Pick<NewEvent, 'agent' | 'customer'>;

async function rowOf(tx: Tx, event: NewEvent, refOf: RefOf, orgId: number): Promise<Row> {
  const shown = event.replacement ?? event;
  const { agent, customer } = partyRefs(shown, refOf);
  const data = event.replacement
    ? { ...event.data, replacement: { agent, customer, interaction: event.replacement.interaction ?? null, data: event.replacement.data } }
    : event.data;
  const { source, id, type, time } = event;
  const sealed = event.personal ? await sealPersonal(tx, { orgId, party: customer ?? agent }, event.personal) : null;
  return { source, id, type, time, agent, customer, interaction: shown.interaction ?? null, data: JSON.stringify(data), sealed };
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

async function sealPersonal(tx: Tx, of: { orgId: number; party: number | null }, personal: Record<string, string>): Promise<Buffer> {
  const key = (of.party !== null && (await partyKeyBytes(tx, of.orgId, of.party))) || (await secretOf(tx, of.orgId));
  return seal(JSON.stringify(personal), key);
}
