import type { IngestReply, Rejection } from '#contract/events.ts';
import type { NewEvent } from '#server/log/catalogue.ts';
import type { Ground } from '#server/log/ground.ts';
import { eventsByIdentity } from '#server/log/store.ts';
import { ensureQueues } from '#server/people/commands.ts';
import { rosterOf } from '#server/people/roster.ts';
import type { Item } from './bodies.ts';
import type { DoorContext } from './content.ts';
import { countTaken } from './metrics.ts';
import { readEvent } from './rules.ts';

type House = Pick<Ground, 'db' | 'clock' | 'log'>;

/**
 * Takes the items of one call in: the good ones are in the log when this settles, the bad ones are named.
 * @returns the reply, with the indexes of all duplicates
 * @throws Refusal busy when the log cannot take more; nothing of the call is kept then
 */
export async function takeIn(house: House, orgId: number, items: Item[]): Promise<Required<IngestReply>> {
  const { events, places, rejected } = judge(items, await contextOf(house, orgId, items));
  await ensureQueues(house, orgId, queuesIn(events));
  const { accepted, position } = await house.log.submit(orgId, events);
  const reply = replyOf({ places, rejected }, { accepted, position });
  countTaken(reply);
  return reply;
}

/** What `takeIn` would answer, and keeps nothing. `position` is the log's own. */
export async function tryIn(house: House, orgId: number, items: Item[]): Promise<Required<IngestReply>> {
  const { events, places, rejected } = judge(items, await contextOf(house, orgId, items));
  const known = new Set(
    (await eventsByIdentity(house.db.of(orgId), orgId, events)).map(({ source, id }) => keyOf(source, id)),
  );
  const accepted = events.map(({ source, id }) => {
    const isNew = !known.has(keyOf(source, id));
    known.add(keyOf(source, id));
    return isNew;
  });
  return replyOf({ places, rejected }, { accepted, position: await house.log.position(orgId) });
}

type Judged = { events: NewEvent[]; places: number[]; rejected: Rejection[] };

function judge(items: Item[], context: DoorContext): Judged {
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
  { places, rejected }: Pick<Judged, 'places' | 'rejected'>,
  { accepted, position }: { accepted: boolean[]; position: number },
): Required<IngestReply> {
  const duplicated = places.filter((_, i) => !accepted[i]);
  return {
    accepted: places.length - duplicated.length,
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
