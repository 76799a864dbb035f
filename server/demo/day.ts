import { Temporal } from 'temporal-polyfill';
import { type Cast, type QueueName, SOURCES, type TeamOfCast } from './cast.ts';
import { type Chance, chanceOf } from './chance.ts';
import { type Echo, echoesOf, interactionOf } from './echoes.ts';
import { BUSY, type Call, localHour, type Plan, planOf, type StateChange, skillOn, workedOf } from './shift.ts';

/** A public event as a source system would post it (CloudEvents 1.0). */
export type DemoEvent = {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  time: string;
  data: Record<string, unknown>;
};

/**
 * Everything that the shifts of one local date cause, in order of time; by the clock of UTC some of it falls
 * on the day before, some (late shifts, surveys) on the day after. The same cast and date give the same events with the same ids.
 */
export function dayOf(cast: Cast, date: string, currency: string): DemoEvent[] {
  const plans = cast.agents.flatMap((agent) => planOf(cast, agent, date) ?? []);
  const agents = plans.flatMap((plan) => numbered(`${date}-${plan.agent.id}`, shiftEchoes(cast, plan, currency)));
  const queues = cast.teams.flatMap((team) =>
    numbered(
      `${date}-${team.id}`,
      abandonsOf(
        team,
        plans.filter((plan) => plan.team === team),
      ),
    ),
  );
  return [...agents, ...queues].sort(byTime);
}

/** All events with `from` < time <= `to` (epoch ms), in order of time. */
export function eventsBetween(cast: Cast, { from, to }: { from: number; to: number }, currency: string): DemoEvent[] {
  const [after, until] = [iso(from), iso(to)];
  const isDue = ({ time }: DemoEvent) => time > after && time <= until;
  return datesAround(from, to)
    .flatMap((date) => rememberedDay(cast, date, currency).filter(isDue))
    .sort(byTime);
}

const DAY_MS = 86_400_000;
const KEPT_DAYS = 8;

const byTime = (a: DemoEvent, b: DemoEvent): number =>
  a.time < b.time ? -1 : a.time > b.time ? 1 : a.id < b.id ? -1 : 1;

/** Dates whose shifts may say something in a span: early shifts a day ahead, late ones and surveys up to two days after. */
function datesAround(from: number, to: number): string[] {
  const dates: string[] = [];
  for (let at = from - 2 * DAY_MS; at < to + 3 * DAY_MS; at += DAY_MS)
    dates.push(new Date(at).toISOString().slice(0, 10));
  return dates;
}

const days = new Map<string, DemoEvent[]>();

/** The stream asks for the same few days every second. */
function rememberedDay(cast: Cast, date: string, currency: string): DemoEvent[] {
  const key = `${cast.beganOn} ${date} ${currency}`;
  const known = days.get(key);
  if (known) return known;
  const made = dayOf(cast, date, currency);
  days.set(key, made);
  for (const old of days.keys()) if (days.size > KEPT_DAYS) days.delete(old);
  return made;
}

function numbered(prefix: string, echoes: Echo[]): DemoEvent[] {
  return echoes.map(({ at, source, type, data }, n) => ({
    specversion: '1.0',
    id: `${prefix}-${n}`,
    source,
    type,
    time: iso(at),
    data,
  }));
}

const iso = (at: number): string => new Date(at).toISOString();

function shiftEchoes(cast: Cast, plan: Plan, currency: string): Echo[] {
  const skill = skillOn(cast, plan.agent, plan.date);
  const worked = workedOf(plan, skill);
  const customers = chanceOf(`customers ${plan.date} ${plan.agent.id}`);
  return [
    scheduleOf(plan),
    ...worked.states.map((change) => stateEcho(plan, change)),
    ...worked.calls.map((call) => callEcho(plan, call, customerOf(cast, { plan, call }, customers))),
    ...echoesOf({ cast, plan, skill, worked, currency }),
  ];
}

/** Published shortly before the shift. */
function scheduleOf({ agent, from, to, pauses }: Plan): Echo {
  const activities: Record<string, unknown>[] = [];
  let at = from;
  for (const pause of pauses) {
    activities.push({ from: iso(at), to: iso(pause.from), activity: 'contacts', productive: true });
    activities.push({
      from: iso(pause.from),
      to: iso(pause.from + pause.ms),
      activity: pause.reason,
      productive: false,
    });
    at = pause.from + pause.ms;
  }
  activities.push({ from: iso(at), to: iso(to), activity: 'contacts', productive: true });
  return {
    at: from - 30 * 60_000,
    source: SOURCES.wfm,
    type: 'schedule.published',
    data: { agent: agent.login, activities },
  };
}

const stateEcho = ({ agent }: Plan, { at, state, reason }: StateChange): Echo => ({
  at,
  source: SOURCES.acd,
  type: 'agent.state',
  data: { agent: agent.login, state, ...(reason ? { reason } : {}) },
});

function callEcho(plan: Plan, call: Call, customer: string): Echo {
  const { n, missed, offeredAt, answeredAt, endedAt, ...measures } = call;
  const interactionId = missed ? `${interactionOf(plan, n)}-missed` : interactionOf(plan, n);
  const times = {
    offeredAt: iso(offeredAt),
    ...(missed ? {} : { answeredAt: iso(answeredAt) }),
    endedAt: iso(endedAt),
  };
  const data = {
    interactionId,
    agent: plan.agent.login,
    channel: 'voice',
    direction: 'inbound',
    ...times,
    ...measures,
    outcome: missed ? 'missed' : 'handled',
    customer,
  };
  return { at: endedAt, source: SOURCES.acd, type: 'interaction.ended', data };
}

const COMES_BACK = 0.3;

/**
 * A new customer, or one of the last days: whose contacts settle less sees more of them again.
 * A customer is named after the contact with which they first came.
 */
function customerOf(cast: Cast, { plan, call }: { plan: Plan; call: Call }, chance: Chance): string {
  if (!chance.hit(COMES_BACK)) return `customer-${plan.date}-${plan.agent.id}-${call.n}`;
  const first = chance.pick(Object.fromEntries(cast.agents.map((agent) => [agent.id, agent.skill.comeback])));
  const date = Temporal.PlainDate.from(plan.date).subtract({ days: chance.whole(1, 4) });
  return `customer-${date}-${first}-${chance.whole(0, 45)}`;
}

const CALLS_PER_AGENT_HOUR = 7.5;
const GIVES_UP: Readonly<Record<QueueName, number>> = {
  service: 0.4 * 0.055,
  sales: 0.18 * 0.04,
  billing: 0.15 * 0.08,
  technical: 0.15 * 0.07,
  loyalty: 0.12 * 0.04,
};

/** Callers whom nobody reached: more of them in busy hours and where fewer agents are there. */
function abandonsOf(team: TeamOfCast, plans: Plan[]): Echo[] {
  const [first] = plans;
  if (!first) return [];
  const chance = chanceOf(`abandons ${first.date} ${team.id}`);
  const calls = CALLS_PER_AGENT_HOUR * plans.length;
  const hours = Array.from({ length: team.lastsMinutes / 60 }, (_, i) => first.from + i * 3_600_000);
  return hours.flatMap((hour) =>
    queueNames.flatMap((queue) =>
      Array.from(
        { length: chance.count(calls * GIVES_UP[queue] * busyAt(hour, team)) },
        () => hour + chance.whole(0, 3_599_999),
      ).map((at) => abandonEcho(queue, at, chance)),
    ),
  );
}

const queueNames = Object.keys(GIVES_UP) as QueueName[];
const busyAt = (at: number, team: TeamOfCast): number => BUSY[localHour(at, team.zone)] ?? 1;

function abandonEcho(queue: QueueName, offeredAt: number, chance: Chance): Echo {
  const waitMs = chance.hit(0.15) ? chance.whole(800, 4_800) : chance.around(48_000, 0.7);
  const outcome = chance.hit(0.12) ? 'left_in_ivr' : 'abandoned';
  const interactionId = `${queue}-${offeredAt.toString(36)}-${chance.whole(0, 1295).toString(36)}`;
  const data = {
    interactionId,
    queue,
    channel: 'voice',
    direction: 'inbound',
    offeredAt: iso(offeredAt),
    endedAt: iso(offeredAt + waitMs),
    waitMs,
    outcome,
  };
  return { at: offeredAt + waitMs, source: SOURCES.acd, type: 'interaction.ended', data };
}
