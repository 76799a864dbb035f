import { repeatsOf } from '#server/facts/contacts.ts';
import type { Owner } from '#server/facts/context/ownership.ts';
import { type InForce, identityOf } from '#server/facts/corrections.ts';
import { type Contribution, contributionsOf, isReferring, type World } from '#server/facts/rules.ts';
import { type Cause, timeFacts } from '#server/facts/time/spans.ts';
import { type AgentTime, planOf, stateOf, TIMED, timelineOf, withinOf } from '#server/facts/time/timelines.ts';
import { bucketOf } from '#server/facts/windows.ts';

/** All context that facts depend on beside the events. `closedTo`: the last closed bucket's end, to which open spans reach. */
export type Context = World & { ownersOf(agent: number): readonly Owner[]; closedTo: number };

/** What one event adds to one person, bucket, queue and channel. */
export type Attributed = { event: InForce; contribution: Contribution };

/**
 * Everything that a set of events means, each addition with the event behind it. Pure and order-free: the sum of all
 * contributions is what the house keeps. Complete where the set is: an interaction with all that names it, a
 * customer's contacts of the weeks around, an agent's states from the one before.
 */
export function factsFromEvents(events: readonly InForce[], context: Context, buckets = EVER): Attributed[] {
  const legs = legsBy(events, (leg) => leg.interaction);
  const found: Attributed[] = [];
  for (const event of events) {
    const own = isReferring(event) ? (legs.get(event.interaction as string) ?? []) : [];
    for (const contribution of contributionsOf(event, context, own)) found.push({ event, contribution });
  }
  for (const contacts of legsBy(events, (leg) => leg.customer).values()) {
    for (const { by, contribution } of repeatsOf(contacts, context)) found.push({ event: by, contribution });
  }
  found.push(...timeOf(events, context, buckets));
  return found.filter(({ contribution: { bucket } }) => bucket >= buckets.from && bucket < buckets.to);
}

const EVER = { from: -Infinity, to: Infinity };

/** The legs among events, grouped by what is not null. */
export function legsBy<K extends string | number>(
  events: readonly InForce[],
  keyOf: (leg: InForce) => K | null,
): Map<K, InForce[]> {
  const groups = new Map<K, InForce[]>();
  for (const event of events) {
    const key = event.type === 'interaction.ended' ? keyOf(event) : null;
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(event);
    else groups.set(key, [event]);
  }
  return groups;
}

function timeOf(events: readonly InForce[], context: Context, buckets: { from: number; to: number }): Attributed[] {
  const timed = events.filter((event) => TIMED.includes(event.type) && event.agent !== null);
  const byAgent = Map.groupBy(timed, (event) => event.agent as number);
  const people = new Map<string, AgentTime[]>();
  for (const [agent, told] of byAgent) {
    const owners = context.ownersOf(agent);
    const [states, plans] = [told.map(stateOf).filter((s) => s !== null), told.map(planOf).filter((p) => p !== null)];
    for (const person of new Set(owners.map((owner) => owner.person))) {
      const time = { within: withinOf(owners, person), states, plans };
      people.set(person, [...(people.get(person) ?? []), time]);
    }
  }
  const causes = new Map(timed.map((event) => [identityOf(event), event]));
  return [...people].flatMap(([person, agents]) =>
    attributed({ person, agents, causes, closedTo: context.closedTo }, buckets),
  );
}

type PersonTime = { person: string; agents: AgentTime[]; causes: Map<string, InForce>; closedTo: number };

function attributed(
  { person, agents, causes, closedTo }: PersonTime,
  buckets: { from: number; to: number },
): Attributed[] {
  const timeline = timelineOf(agents, closedTo);
  const edges = [...timeline.spells, ...timeline.schedules, ...timeline.measured];
  const from = edges.reduce((least, edge) => Math.min(least, bucketOf(edge.from)), Infinity);
  const to = edges.reduce((most, edge) => Math.max(most, bucketOf(edge.to) + 1), -Infinity);
  const range = { from: Math.max(from, buckets.from), to: Math.min(to, buckets.to) };
  const found: Attributed[] = [];
  if (range.from >= range.to) return found;
  timeFacts(timeline, range, (by: Cause, bucket, fact, ms) => {
    if (ms === 0) return;
    const event = causes.get(identityOf(by)) as InForce;
    found.push({ event, contribution: { person, bucket, queue: '', channel: '', facts: { [fact]: ms } } });
  });
  return found;
}
