import { repeatsOf } from '#server/facts/contacts.ts';
import type { Changes, Memory } from '#server/facts/context/context.ts';
import { differFrom } from '#server/facts/context/settings.ts';
import { type InForce, identityOf, inForce, targetOf } from '#server/facts/corrections.ts';
import { type Context, legsBy } from '#server/facts/evidence/derivation.ts';
import { contributionsOf, isReferring, REFERRING } from '#server/facts/rules.ts';
import { TIMED } from '#server/facts/time/timelines.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent, Position } from '#server/log/catalogue.ts';
import { eventsOfCustomers, eventsOfQueues, interactionsNamedBy } from '#server/log/lookup-store.ts';
import { correctionsOf, eventsByIdentity, eventsOfAgents, eventsOfInteractions } from '#server/log/store.ts';
import type { Fold } from './fold.ts';

/**
 * One batch on its way into the facts. The world `before` knew the log up to `first`, the world `after` knows it up to
 * `last`; what lies between is found by deriving everything that the batch concerns in both, and taking the difference.
 */
export type Turn = {
  tx: Tx;
  orgId: number;
  memory: Memory;
  changes: Changes;
  closedBefore: number;
  before: Context;
  after: Context;
  first: Position;
  last: Position;
  fold: Fold;
  done: { positions: Set<Position>; interactions: Set<string>; customers: Set<number> };
  time: { dropped: InForce[]; saved: InForce[] };
};

/** Derives the events of the batch, and older ones that it corrects or whose queue it sets anew. */
export async function derive(turn: Turn, events: readonly LoggedEvent[]): Promise<void> {
  const stale = [...(await correctedBy(turn, events)), ...(await requeued(turn))];
  await pass(turn, stale, events);
}

/** Derives again, agent by agent, what is now somebody else's; what is told again has a log that goes on behind it. */
export async function remapped(turn: Turn): Promise<void> {
  const agents = [...turn.changes.owners.keys()];
  for (let i = 0; i < agents.length; i += AGENTS_AT_ONCE) {
    const some = agents.slice(i, i + AGENTS_AT_ONCE);
    const events = await eventsOfAgents(turn.tx, turn.orgId, some, { ...EVER, until: turn.last });
    if (events.length > 0) await pass(turn, events, []);
  }
}

/** Log events with their corrections, or the targets of those: complete as far as content goes. */
export async function completed(tx: Tx, orgId: number, events: readonly LoggedEvent[]): Promise<LoggedEvent[]> {
  const known = new Map(events.map((event) => [event.position, event]));
  const targets = events.filter((event) => event.type === 'correction').map(targetOf);
  if (targets.length > 0)
    for (const event of await eventsByIdentity(tx, orgId, targets)) known.set(event.position, event);
  const identities = [...known.values()].filter((event) => event.type !== 'correction');
  for (const event of await correctionsOf(tx, orgId, identities)) known.set(event.position, event);
  return [...known.values()];
}

const AGENTS_AT_ONCE = 50;
/** All time that the database can tell, epoch ms. */
export const EVER = { from: -10_000_000_000_000, to: 100_000_000_000_000 };

async function correctedBy(turn: Turn, events: readonly LoggedEvent[]): Promise<LoggedEvent[]> {
  if (!turn.memory.progress.hasCorrections) return [];
  const told = events.filter((event) => event.type === 'correction');
  const targets = told.length > 0 ? await eventsByIdentity(turn.tx, turn.orgId, told.map(targetOf)) : [];
  const waiting = await correctionsOf(
    turn.tx,
    turn.orgId,
    events.filter((event) => event.type !== 'correction'),
  );
  const awaited = new Set(waiting.map((correction) => identityOf(targetOf(correction))));
  return [...targets, ...events.filter((event) => awaited.has(identityOf(event)))];
}

/** Legs around the bounds of an instant may carry another valid time; no door lets them lie further apart. */
const SKEW_MS = 32 * 24 * 3_600_000;
const RETURN_MS = SKEW_MS + 8 * 24 * 3_600_000;

async function requeued({ tx, orgId, changes, memory, last }: Turn): Promise<LoggedEvent[]> {
  const found: LoggedEvent[] = [];
  for (const [queue, before] of changes.versions) {
    const from = differFrom(before, memory.versions.get(queue) ?? []);
    if (from === null) continue;
    found.push(
      ...(await eventsOfQueues(tx, orgId, [queue], {
        from: Math.max(from - SKEW_MS, EVER.from),
        to: EVER.to,
        until: last,
      })),
    );
  }
  return found;
}

async function pass(turn: Turn, stale: readonly LoggedEvent[], fresh: readonly LoggedEvent[]): Promise<void> {
  const { first, last, done } = turn;
  const known = stale.length > 0 ? await withCorrections(turn, stale) : [];
  const open = known.filter((event) => event.type === 'correction' || !done.positions.has(event.position));
  const olds = inForce(open, { position: first - 1 });
  const news = inForce(open, { position: last });
  for (const event of open) done.positions.add(event.position);
  for (const event of fresh) {
    if (done.positions.has(event.position)) continue;
    done.positions.add(event.position);
    news.push(event);
  }
  alone(turn, olds, news);
  await together(turn, [...olds, ...news]);
}

async function together(turn: Turn, concerned: readonly InForce[]): Promise<void> {
  await references(turn, concerned);
  await contacts(turn, concerned);
}

/** Everything that stands by itself, at once; what tells of time is laid aside for the timelines. */
function alone(turn: Turn, olds: readonly InForce[], news: readonly InForce[]): void {
  for (const event of olds) {
    if (TIMED.includes(event.type)) turn.time.dropped.push(event);
    else if (!isReferring(event)) turn.fold.subtract(contributionsOf(event, turn.before));
  }
  for (const event of news) {
    if (TIMED.includes(event.type)) turn.time.saved.push(event);
    else if (!isReferring(event)) turn.fold.add(contributionsOf(event, turn.after));
  }
}

/** Surveys and their like, with the interactions that they name or that arrive under them. */
async function references(turn: Turn, concerned: readonly InForce[]): Promise<void> {
  const { tx, orgId, memory, done } = turn;
  if (!memory.progress.hasReferences) return;
  const wanted = new Set<string>();
  const legs = new Set<string>();
  for (const event of concerned) {
    if (event.interaction === null || done.interactions.has(event.interaction)) continue;
    if (isReferring(event)) wanted.add(event.interaction);
    else if (event.type === 'interaction.ended') legs.add(event.interaction);
  }
  const named = legs.size > 0 ? await interactionsNamedBy(tx, orgId, [...legs], [...REFERRING, 'correction']) : [];
  for (const interaction of named) wanted.add(interaction);
  if (wanted.size === 0) return;
  for (const interaction of wanted) done.interactions.add(interaction);
  const known = await withCorrections(turn, await eventsOfInteractions(tx, orgId, [...wanted]));
  turn.fold.subtract(ofReferences(inForce(known, { position: turn.first - 1 }), wanted, turn.before));
  turn.fold.add(ofReferences(inForce(known, { position: turn.last }), wanted, turn.after));
}

function ofReferences(events: readonly InForce[], wanted: Set<string>, world: Context) {
  const legs = legsBy(events, (leg) => leg.interaction);
  return events
    .filter((event) => isReferring(event) && wanted.has(event.interaction as string))
    .flatMap((event) => contributionsOf(event, world, legs.get(event.interaction as string)));
}

/** Customers who came back, with their contacts of the weeks around. */
async function contacts(turn: Turn, concerned: readonly InForce[]): Promise<void> {
  const { tx, orgId, done } = turn;
  const legs = concerned.filter(
    (event) => event.type === 'interaction.ended' && event.customer !== null && !done.customers.has(event.customer),
  );
  if (legs.length === 0) return;
  const customers = new Set(legs.map((leg) => leg.customer as number));
  for (const customer of customers) done.customers.add(customer);
  const known = await withCorrections(turn, await eventsOfCustomers(tx, orgId, [...customers], around(turn, legs)));
  turn.fold.subtract(ofContacts(inForce(known, { position: turn.first - 1 }), customers, turn.before));
  turn.fold.add(ofContacts(inForce(known, { position: turn.last }), customers, turn.after));
}

function ofContacts(events: readonly InForce[], wanted: Set<number>, world: Context) {
  const groups = legsBy(events, (leg) => leg.customer);
  return [...groups].flatMap(([customer, legs]) =>
    wanted.has(customer) ? repeatsOf(legs, world).map((repeat) => repeat.contribution) : [],
  );
}

function around({ changes }: Turn, legs: readonly InForce[]): { from: number; to: number } {
  if (changes.owners.size > 0) return EVER;
  const span = { from: Infinity, to: -Infinity };
  for (const { time } of legs) {
    span.from = Math.min(span.from, time);
    span.to = Math.max(span.to, time);
  }
  return { from: span.from - RETURN_MS, to: span.to + RETURN_MS };
}

async function withCorrections(
  { tx, orgId, memory, last }: Turn,
  events: readonly LoggedEvent[],
): Promise<LoggedEvent[]> {
  const known = memory.progress.hasCorrections ? await completed(tx, orgId, events) : events;
  return known.filter((event) => event.position <= last);
}
