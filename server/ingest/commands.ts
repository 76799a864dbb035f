import type { IngestReply, Rejection } from '#contract/events.ts';
import type { NewEvent } from '#server/log/catalogue.ts';
import type { Ground } from '#server/log/ground.ts';
import { removedAmong } from '#server/log/sealed-store.ts';
import { eventsByIdentity } from '#server/log/store.ts';
import { ensureQueues } from '#server/people/commands.ts';
import { rosterOf } from '#server/people/roster.ts';
import type { Item } from './bodies.ts';
import type { DoorContext } from './content.ts';
import { countTaken } from './metrics.ts';
import { readEvent } from './rules.ts';
import { type Judged, openOnly } from './sealed.ts';

type House = Pick<Ground, 'db' | 'clock' | 'log'>;

/**
 * Takes the items of one call in: the good ones are in the log when this settles, the bad ones are named.
 * @returns the reply, with the indexes of all duplicates
 * @throws Refusal busy when the log cannot take more; nothing of the call is kept then
 */
export async function takeIn(house: House, orgId: number, items: Item[]): Promise<Required<IngestReply>> {
  const { events, ...answered } = await judge(house, orgId, items);
  await ensureQueues(house, orgId, queuesIn(events));
  const { accepted, position } = await house.log.submit(orgId, events);
  const reply = replyOf(answered, { accepted, position });
  countTaken(reply);
  return reply;
}

/** What `takeIn` would answer, and keeps nothing. `position` is the log's own. */
export async function tryIn(house: House, orgId: number, items: Item[]): Promise<Required<IngestReply>> {
  const { events, ...answered } = await judge(house, orgId, items);
  const there = [
    ...(await eventsByIdentity(house.db.of(orgId), orgId, events)),
    ...(await removedAmong(house.db.of(orgId), orgId, events)),
  ];
  const known = new Set(there.map(({ source, id }) => keyOf(source, id)));
  const accepted = events.map(({ source, id }) => {
    const isNew = !known.has(keyOf(source, id));
    known.add(keyOf(source, id));
    return isNew;
  });
  return replyOf(answered, { accepted, position: await house.log.position(orgId) });
}

type Answered = Pick<Judged, 'places' | 'rejected'> & { known: number[] };

/** Reads the items of a call, and sets apart what concerns a past that is sealed. */
async function judge(house: House, orgId: number, items: Item[]): Promise<Judged & Answered> {
  const judged = readAll(items, await contextOf(house, orgId, items));
  const before = await house.log.sealedBefore(orgId);
  return before === null ? { ...judged, known: [] } : openOnly(house.db.of(orgId), orgId, { judged, before });
}

function readAll(items: Item[], context: DoorContext): Judged {
  const judged: Judged = { events: [], places: [], rejected: [] };
  for (const [index, item] of items.entries()) {
    const reading =
      'raw' in item ? readEvent(item.raw, index, context) : { refusal: unreadable(index, item.unreadable) };
    if ('refusal' in reading) {
      judged.rejected.push(reading.refusal);
      continue;
    }
    judged.events.push(reading.event);
    judged.places.push(index);
  }
  return judged;
}

function replyOf(
  { places, rejected, known }: Answered,
  { accepted, position }: { accepted: boolean[]; position: number },
): Required<IngestReply> {
  const taken = places.filter((_, i) => accepted[i]);
  const duplicated = [...places.filter((_, i) => !accepted[i]), ...known].sort((a, b) => a - b);
  return {
    accepted: taken.length,
    duplicates: duplicated.length,
    rejected,
    duplicated,
    position: String(position),
  };
}

const unreadable = (index: number, message: string): Rejection => ({
  index,
  id: null,
  code: 'invalid_envelope',
  message,
});

function queuesIn(events: NewEvent[]): Set<string> {
  const queues = new Set<string>();
  for (const { data, replacement } of events) {
    if (typeof data.queue === 'string') queues.add(data.queue);
    if (typeof replacement?.data.queue === 'string') queues.add(replacement.data.queue);
  }
  return queues;
}

async function contextOf({ db, clock }: House, orgId: number, items: Item[]): Promise<DoorContext> {
  const { organisation } = await rosterOf(db.of(orgId), orgId);
  const { currency, epoch } = organisation;
  const targets = targetsIn(items);
  const context = { now: clock.now(), epoch, currency };
  if (targets.length === 0) return context;
  const types = new Map<string, string>();
  for (const item of items) if ('raw' in item) noteType(types, item.raw);
  for (const { source, id, type } of await eventsByIdentity(db.of(orgId), orgId, targets))
    types.set(keyOf(source, id), type);
  return { ...context, typeOf: (source, id) => types.get(keyOf(source, id)) };
}

type Loose = {
  type?: unknown;
  source?: unknown;
  id?: unknown;
  data?: { of?: { source?: unknown; id?: unknown } } | null;
} | null;

/** What the corrections of a call are about, as far as it can be looked up. */
function targetsIn(items: Item[]): { source: string; id: string }[] {
  return items.flatMap((item) => {
    const raw = 'raw' in item ? (item.raw as Loose) : null;
    if (raw?.type !== 'correction') return [];
    const { source, id } = raw.data?.of ?? {};
    return isKey(source) && isKey(id) ? [{ source, id }] : [];
  });
}

function noteType(types: Map<string, string>, item: unknown): void {
  const raw = item as Loose;
  if (typeof raw?.source === 'string' && typeof raw.id === 'string' && typeof raw.type === 'string')
    types.set(keyOf(raw.source, raw.id), raw.type);
}

const isKey = (text: unknown): text is string =>
  typeof text === 'string' && text.isWellFormed() && !text.includes('\u0000');
const keyOf = (source: string, id: string) => JSON.stringify([source, id]);
