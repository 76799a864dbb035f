import type { FactSums } from '#contract/facts.ts';
import type { Memory } from '#server/facts/context/context.ts';
import { ALWAYS, FOREVER } from '#server/facts/context/ownership.ts';
import { type InForce, identityOf } from '#server/facts/corrections.ts';
import { addFacts, type Fold } from '#server/facts/turn/fold.ts';
import type { Turn } from '#server/facts/turn/turn.ts';
import { BUCKET_MS, bucketOf } from '#server/facts/windows.ts';
import { LONGEST_STATE_MS, timeFacts } from './spans.ts';
import {
  type AgentSpan,
  dropPlans,
  dropStates,
  lastStates,
  type PersonRange,
  plansWithin,
  savePlans,
  saveStates,
  schedulesWithin,
  statesAround,
  storedTime,
} from './store.ts';
import {
  type AgentState,
  type AgentTime,
  type Plan,
  planOf,
  settled,
  stateOf,
  timelineOf,
  withinOf,
} from './timelines.ts';

/**
 * Brings the time facts up to date: keeps states and plans as they now count, finds whose time is concerned and from
 * when to when, lays that time out anew and adds the difference to what is stored.
 */
export async function deriveTime(turn: Turn): Promise<void> {
  const { states, plans } = await keepTimed(turn);
  const spans = [
    ...(await spansOfStates(turn, states)),
    ...settledSpans(turn, plans),
    ...(await spansOfOwners(turn)),
    ...(await spansOfClosing(turn)),
  ];
  const ranges = rangesOf(turn, spans);
  for (const portion of portionsOf(ranges)) await layOut(turn, portion);
}

async function keepTimed({ tx, orgId, time }: Turn): Promise<{ states: AgentState[]; plans: Plan[] }> {
  if (time.dropped.length + time.saved.length === 0) return { states: [], plans: [] };
  const [oldStates, oldPlans] = [read(time.dropped, stateOf), read(time.dropped, planOf)];
  const [states, plans] = [read(time.saved, stateOf), read(time.saved, planOf)];
  if (oldStates.length > 0) await dropStates(tx, orgId, oldStates);
  if (oldPlans.length > 0) await dropPlans(tx, orgId, oldPlans);
  if (states.length > 0) await saveStates(tx, orgId, states);
  if (plans.length > 0) await savePlans(tx, orgId, plans);
  return { states: [...oldStates, ...states], plans: [...oldPlans, ...plans] };
}

const read = <T>(events: readonly InForce[], as: (event: InForce) => T | null): T[] =>
  events.map(as).filter((one) => one !== null);

/** A state changes time from the state before it to the one after it. */
async function spansOfStates({ tx, orgId, memory }: Turn, states: readonly AgentState[]): Promise<AgentSpan[]> {
  const changed = unionByAgent(states.map(({ agent, time }) => ({ agent, from: time, to: time + 1 })));
  if (changed.length === 0) return [];
  const around = Map.groupBy(await statesAround(tx, orgId, changed), (state) => state.agent);
  return changed.map(({ agent, from, to }) => {
    const known = around.get(agent) ?? [];
    const before = known.reduce(
      (most, { time }) => (time < from ? Math.max(most, time) : most),
      from - LONGEST_STATE_MS,
    );
    const after = known.reduce((least, { time }) => (time >= to ? Math.min(least, time) : least), FOREVER);
    const open = after === FOREVER ? Math.max(memory.progress.closedTo, to) : after;
    const hasBefore = known.some(({ time }) => time < from);
    return { agent, from: hasBefore ? before : from, to: Math.min(open, to + LONGEST_STATE_MS) };
  });
}

/** Another owner changes all the time that an agent ever told of. */
async function spansOfOwners({ tx, orgId, changes, memory }: Turn): Promise<AgentSpan[]> {
  const ever = [...changes.owners.keys()].map((agent) => ({ agent, from: ALWAYS, to: FOREVER }));
  if (ever.length === 0) return [];
  const states = (await statesAround(tx, orgId, ever)).map(({ agent, time }) => {
    return { agent, from: time, to: Math.min(Math.max(time + 1, memory.progress.closedTo), time + LONGEST_STATE_MS) };
  });
  return unionByAgent([...states, ...settledSpans({ memory }, await plansWithin(tx, orgId, ever))]);
}

/** Plans as far as they say anything by now; what lies ahead waits for its buckets to close. */
const settledSpans = ({ memory }: Pick<Turn, 'memory'>, plans: readonly Plan[]): AgentSpan[] =>
  plans.map((plan) => settled(plan, memory.progress.closedTo)).filter(({ from, to }) => from < to);

/** A closed bucket lengthens the spells that are still open, and brings what was scheduled in it. */
async function spansOfClosing({ tx, orgId, memory, closedBefore }: Turn): Promise<AgentSpan[]> {
  const { closedTo } = memory.progress;
  if (closedTo <= closedBefore) return [];
  const agents = [...memory.owners].filter(([, owners]) => owners.length > 0).map(([agent]) => agent);
  if (agents.length === 0) return [];
  const scheduled = await schedulesWithin(tx, orgId, { agents, from: closedBefore, to: closedTo });
  const open = (await lastStates(tx, orgId, agents, FOREVER))
    .filter(({ state, time }) => state !== 'offline' && time < closedTo && time + LONGEST_STATE_MS > closedBefore)
    .map(({ agent, time }) => ({
      agent,
      from: Math.max(time, closedBefore),
      to: Math.min(closedTo, time + LONGEST_STATE_MS),
    }));
  return [...open, ...scheduled];
}

function unionByAgent(spans: readonly AgentSpan[]): AgentSpan[] {
  const union = new Map<number, AgentSpan>();
  for (const { agent, from, to } of spans) {
    const known = union.get(agent);
    union.set(
      agent,
      known ? { agent, from: Math.min(known.from, from), to: Math.max(known.to, to) } : { agent, from, to },
    );
  }
  return [...union.values()];
}

/** The people whose agents these are or were, each with the buckets concerned. */
function rangesOf({ before, after, memory }: Turn, spans: readonly AgentSpan[]): PersonRange[] {
  const ranges = new Map<string, PersonRange>();
  for (const { agent, from, to } of spans) {
    // time that is sealed is not laid out anew
    const buckets = { from: Math.max(bucketOf(from), bucketOf(memory.sealedTo)), to: bucketOf(to - 1) + 1 };
    if (buckets.from >= buckets.to) continue;
    for (const owner of [...before.ownersOf(agent), ...after.ownersOf(agent)]) {
      if (owner.from >= to || owner.to <= from) continue;
      const known = ranges.get(owner.person);
      if (!known) ranges.set(owner.person, { person: owner.person, ...buckets });
      else
        ranges.set(owner.person, {
          person: owner.person,
          from: Math.min(known.from, buckets.from),
          to: Math.max(known.to, buckets.to),
        });
    }
  }
  return [...ranges.values()];
}

/** So many buckets are laid out at once: all people of an ordinary closing, few when years of history close together. */
const BUCKETS_AT_ONCE = 40_000;

function portionsOf(ranges: readonly PersonRange[]): PersonRange[][] {
  const portions: PersonRange[][] = [];
  let room = 0;
  for (const range of ranges) {
    if (room <= 0) {
      portions.push([]);
      room = BUCKETS_AT_ONCE;
    }
    portions.at(-1)?.push(range);
    room -= range.to - range.from;
  }
  return portions;
}

async function layOut(turn: Turn, ranges: readonly PersonRange[]): Promise<void> {
  const { tx, orgId, memory, fold } = turn;
  const spans = unionByAgent(ranges.flatMap((range) => agentsOf(memory, range)));
  const states = Map.groupBy(await statesAround(tx, orgId, spans), (state) => state.agent);
  const plans = Map.groupBy(await plansWithin(tx, orgId, spans), (plan) => plan.agent);
  for (const { person, bucket, facts } of await storedTime(tx, orgId, ranges)) {
    fold.subtract([{ person, bucket, queue: '', channel: '', facts }]);
  }
  for (const range of ranges) {
    const agents = agentsOf(memory, range).map(({ agent }): AgentTime => {
      return {
        within: withinOf(turn.after.ownersOf(agent), range.person),
        states: states.get(agent) ?? [],
        plans: plans.get(agent) ?? [],
      };
    });
    addTime(fold, range, timelineOf(unique(agents), memory.progress.closedTo));
  }
}

function agentsOf(memory: Memory, { person, from, to }: PersonRange): AgentSpan[] {
  return memory.agentsOf(person).map((agent) => ({ agent, from: from * BUCKET_MS, to: to * BUCKET_MS }));
}

/** The same plan may be loaded for several spans of one agent. */
const unique = (agents: readonly AgentTime[]): AgentTime[] =>
  agents.map((agent) => ({
    ...agent,
    plans: [...new Map(agent.plans.map((plan) => [identityOf(plan), plan])).values()],
  }));

function addTime(fold: Fold, range: PersonRange, timeline: ReturnType<typeof timelineOf>): void {
  const byBucket = new Map<number, FactSums>();
  timeFacts(timeline, range, (_, bucket, fact, ms) => {
    if (ms === 0) return;
    const facts = byBucket.get(bucket) ?? {};
    addFacts(facts, { [fact]: ms });
    byBucket.set(bucket, facts);
  });
  fold.add([...byBucket].map(([bucket, facts]) => ({ person: range.person, bucket, queue: '', channel: '', facts })));
}
