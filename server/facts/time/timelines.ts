import type { Owner } from '#server/facts/context/ownership.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { type Interval, isSome, LONGEST_STATE_MS, overlap, type StateEvent, spellsOf, type Timeline } from './spans.ts';

/** A state of one agent of a source. */
export type AgentState = StateEvent & { agent: number };

/** What was planned or measured for one agent over [from, to): productive intervals, or a source's own adherence. */
export type Plan = {
  agent: number;
  time: number;
  source: string;
  id: string;
  from: number;
  to: number;
  productive: Interval[] | null;
  scheduledMs: number | null;
  adherentMs: number | null;
};

/** Types that say something about time spent. */
export const TIMED: readonly string[] = ['agent.state', 'schedule.published', 'adherence.measured'];

type Timed = Pick<LoggedEvent, 'source' | 'id' | 'type' | 'time' | 'agent' | 'data'>;

/** The state that an event tells, null when it tells none. */
export function stateOf(event: Timed): AgentState | null {
  if (event.type !== 'agent.state' || event.agent === null || !STATES.has(event.data.state)) return null;
  const { source, id, time, agent, data } = event;
  return {
    source,
    id,
    time,
    agent,
    state: data.state as StateEvent['state'],
    reason: (data.reason as string | undefined) ?? null,
  };
}

/** The schedule or measurement that an event tells; null when it tells none, or one over more than 400 days (measured: 31). */
export function planOf(event: Timed): Plan | null {
  const { source, id, time, agent, data } = event;
  if (agent === null) return null;
  if (event.type === 'adherence.measured') {
    const { from, to } = intervalOf(data as Edges);
    const { scheduledMs = 0, adherentMs = 0 } = data as { scheduledMs?: number; adherentMs?: number };
    return isWithin({ from, to }, LONGEST_STATE_MS)
      ? { agent, time, source, id, from, to, productive: null, scheduledMs, adherentMs }
      : null;
  }
  if (event.type !== 'schedule.published' || !Array.isArray(data.activities)) return null;
  const activities = (data.activities as (Edges & { productive: boolean })[]).map((a) => ({
    ...intervalOf(a),
    productive: a.productive,
  }));
  const from = Math.min(...activities.map((a) => a.from));
  const to = Math.max(...activities.map((a) => a.to));
  const productive = activities.filter((a) => a.productive).map((a) => ({ from: a.from, to: a.to }));
  return isWithin({ from, to }, LONGEST_SCHEDULE_MS)
    ? { agent, time, source, id, from, to, productive, scheduledMs: null, adherentMs: null }
    : null;
}

/** What is known of one agent, and when it was the person in question. */
export type AgentTime = { within: Interval[]; states: readonly StateEvent[]; plans: readonly Plan[] };

/**
 * Lays all agents of one person side by side, each cut to when it was that person. Schedules speak only up to `closedTo`,
 * the end of the last closed bucket: the greatest one that any `window.closed` in the log names, whatever the order. Before
 * it all history counts; while nothing was closed nothing is scheduled yet.
 */
export function timelineOf(agents: readonly AgentTime[], closedTo: number): Timeline {
  const timeline: Timeline = { spells: [], schedules: [], measured: [] };
  for (const { within, states, plans } of agents) {
    for (const spell of spellsOf(states, closedTo)) timeline.spells.push(...parts(spell, within));
    for (const plan of plans) addPlan(timeline, settled(plan, closedTo), within);
  }
  return timeline;
}

/** As much of a plan as counts by now: of a schedule what lies before the last closed bucket's end, a measurement whole. */
export const settled = <P extends Interval & Pick<Plan, 'productive'>>(plan: P, closedTo: number): P =>
  plan.productive ? { ...plan, to: Math.min(plan.to, closedTo) } : plan;

/** When an agent was a person. */
export const withinOf = (owners: readonly Owner[], person: string): Interval[] =>
  owners.filter((owner) => owner.person === person);

const STATES = new Set<unknown>(['available', 'on_contact', 'wrap', 'pause', 'offline']);
type Edges = { from: string; to: string };

const intervalOf = ({ from, to }: Edges): Interval => ({ from: Date.parse(from), to: Date.parse(to) });
const LONGEST_SCHEDULE_MS = 400 * 24 * 3_600_000;
const isWithin = ({ from, to }: Interval, most: number): boolean => from < to && to - from <= most;

const parts = <I extends Interval>(whole: I, within: readonly Interval[]): I[] =>
  within.map((w) => ({ ...whole, ...overlap(whole, w) })).filter(isSome);

function addPlan(timeline: Timeline, plan: Plan, within: Interval[]): void {
  const by = { time: plan.time, source: plan.source, id: plan.id };
  const { from, to, productive, scheduledMs, adherentMs } = plan;
  if (productive) timeline.schedules.push(...parts({ from, to, productive, by }, within));
  else timeline.measured.push({ from, to, scheduledMs: scheduledMs ?? 0, adherentMs: adherentMs ?? 0, by, within });
}
