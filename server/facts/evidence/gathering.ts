import { EVENT_DATA } from '#contract/events.ts';
import type { Memory } from '#server/facts/context/context.ts';
import { type InForce, inForce, type Known } from '#server/facts/corrections.ts';
import { endOf, isReferring, offerOf, REFERRING } from '#server/facts/rules.ts';
import type { Whose } from '#server/facts/store.ts';
import { TIMED } from '#server/facts/time/timelines.ts';
import { completed, EVER } from '#server/facts/turn/turn.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { eventsOfAgentsOfTypes, eventsOfCustomers, eventsOfQueues, type TimeSpan } from '#server/log/lookup-store.ts';
import { eventsOfAgents, eventsOfInteractions, eventsOfTypes } from '#server/log/store.ts';

export type Gathering = { tx: Tx; orgId: number; known: Known; memory: Memory };

/** All events that can have a part in the facts of a subject in a window, as they count, with what those depend on. */
export async function gathered(of: Gathering, asked: Whose & TimeSpan): Promise<InForce[]> {
  const known = new Map<number, LoggedEvent>();
  const take = async (events: readonly LoggedEvent[]) => {
    for (const event of await completed(of.tx, of.orgId, events)) known.set(event.position, event);
  };
  await take(await firstOf(of, asked));
  const seen = inForce(known.values(), of.known);
  const interactions = new Set(
    seen.filter((e) => isReferring(e) || isWithin(e, asked)).flatMap((e) => e.interaction ?? []),
  );
  if (interactions.size > 0) await take(await eventsOfInteractions(of.tx, of.orgId, [...interactions]));
  const customers = new Set(seen.filter((e) => isWithin(e, asked)).flatMap((e) => e.customer ?? []));
  if (customers.size > 0)
    await take(await eventsOfCustomers(of.tx, of.orgId, [...customers], widened(asked, RETURN_MS)));
  return inForce(known.values(), of.known);
}

const DAY_MS = 86_400_000;
/** An event's valid time lies within this of whatever it tells about, but for the types that come late. */
const SKEW_MS = 32 * DAY_MS;
const RETURN_MS = SKEW_MS + 8 * DAY_MS;
const LATE = [...REFERRING, 'correction', 'schedule.published', 'adherence.measured'];
const ALL = Object.keys(EVENT_DATA);
/** Types that may stand in no queue: of an agent who is nobody, no person and no queue leads to them. */
const PLACELESS = ALL.filter((type) => !['interaction.ended', 'correction', ...TIMED].includes(type));

const widened = ({ from, to }: TimeSpan, by: number): TimeSpan => ({
  from: Math.max(from - by, EVER.from),
  to: Math.min(to + by, EVER.to),
});

async function firstOf({ tx, orgId, memory }: Gathering, asked: Whose & TimeSpan): Promise<LoggedEvent[]> {
  const span = widened(asked, SKEW_MS);
  const { people, queues, unowned } = asked;
  if (!people && !queues && !unowned)
    return [...(await eventsOfTypes(tx, orgId, ALL, span)), ...(await eventsOfTypes(tx, orgId, LATE, EVER))];
  const found: LoggedEvent[] = [];
  const agents = (people ?? []).flatMap((person) => memory.agentsOf(person));
  if (agents.length > 0) {
    found.push(
      ...(await eventsOfAgents(tx, orgId, agents, span)),
      ...(await eventsOfAgentsOfTypes(tx, orgId, agents, LATE)),
    );
  }
  const named = [...(queues ?? []), ...(unowned ?? [])];
  if (named.length > 0) found.push(...(await eventsOfQueues(tx, orgId, named, span)));
  if (unowned?.includes('')) found.push(...(await eventsOfTypes(tx, orgId, PLACELESS, span)));
  return found;
}

/** Whether a leg was offered or ended in a window. */
function isWithin(event: InForce, { from, to }: TimeSpan): boolean {
  if (event.type !== 'interaction.ended') return false;
  const [offered, ended] = [offerOf(event), endOf(event)];
  return (offered >= from && offered < to) || (ended >= from && ended < to);
}
