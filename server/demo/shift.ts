import { Temporal } from 'temporal-polyfill';
import type { Agent, Cast, QueueName, Skill, TeamOfCast } from './cast.ts';
import { type Chance, chanceOf } from './chance.ts';

/** One person's planned day: what the schedule says, in epoch ms. */
export type Plan = { agent: Agent; team: TeamOfCast; date: string; from: number; to: number; pauses: Pause[] };
export type Pause = { from: number; ms: number; reason: 'break' | 'lunch' };

/** One leg as it went. `offeredAt` <= `answeredAt` <= `endedAt`, epoch ms; after-call work is part of the leg. */
export type Call = {
  n: number;
  queue: QueueName;
  offeredAt: number;
  answeredAt: number;
  endedAt: number;
  waitMs: number;
  ringMs: number;
  talkMs: number;
  holdMs: number;
  holdCount: number;
  acwMs: number;
  transfer: 'none' | 'blind' | 'consult';
  missed: boolean;
};
export type StateChange = {
  at: number;
  state: 'available' | 'on_contact' | 'wrap' | 'pause' | 'offline';
  reason?: string;
};
export type Worked = { calls: Call[]; states: StateChange[] };

/** The plan of an agent for a local date, or null on a day off and before the first day. */
export function planOf(cast: Cast, agent: Agent, date: string): Plan | null {
  const day = Temporal.PlainDate.from(date);
  const team = cast.teams.find((one) => one.id === agent.team);
  if (!team || date < agent.startedOn || agent.daysOff.includes(day.dayOfWeek - 1)) return null;
  const from = day.toZonedDateTime({ timeZone: team.zone }).with({ hour: team.startsAt / 60 }).epochMilliseconds;
  const pauses = PAUSES.map(({ after, minutes, reason }) => ({
    from: from + after * MINUTE,
    ms: minutes * MINUTE,
    reason,
  }));
  const turn = cast.agents.filter((one) => one.team === team.id).indexOf(agent) * 15 * MINUTE;
  return {
    agent,
    team,
    date,
    from,
    to: from + team.lastsMinutes * MINUTE,
    pauses: pauses.map((p) => ({ ...p, from: p.from + turn })),
  };
}

/** Who is at work at an instant (epoch ms) by plan, the longest there first. */
export function agentsAt(cast: Cast, at: number): Agent[] {
  const dates = [-1, 0, 1].map((days) => new Date(at + days * DAY_MS).toISOString().slice(0, 10));
  const plans = cast.agents.flatMap((agent) => dates.flatMap((date) => planOf(cast, agent, date) ?? []));
  return plans
    .filter(({ from, to }) => from <= at && at < to)
    .sort((a, b) => a.from - b.from)
    .map(({ agent }) => agent);
}

/** The skill of an agent on a date: whoever declines or learns changes from day to day. */
export function skillOn(cast: Cast, agent: Agent, date: string): Skill {
  const { skill, story } = agent;
  if (story === 'declines') {
    const gone = within((daysBetween(cast.beganOn, date) + 18) / 16);
    return {
      ...skill,
      talk: skill.talk * (1 + 0.75 * gone),
      acwMs: skill.acwMs * (1 + 0.6 * gone),
      csat: skill.csat - 0.3 * gone,
      quality: skill.quality - 0.16 * gone,
    };
  }
  if (story !== 'new-hire') return skill;
  const learnt = within(daysBetween(agent.startedOn, date) / 60);
  return {
    ...skill,
    talk: skill.talk - 0.3 * learnt,
    acwMs: skill.acwMs - 18_000 * learnt,
    transfer: skill.transfer - 0.03 * learnt,
  };
}

/** Works a plan through: calls one after the other, pauses when they are due and nobody is on the line. */
export function workedOf(plan: Plan, skill: Skill): Worked {
  const chance = chanceOf(`shift ${plan.date} ${plan.agent.id}`);
  const desk: Desk = { plan, skill, chance, calls: [], states: [], at: plan.from + lateness(skill, chance) };
  desk.states.push({ at: desk.at, state: 'available' });
  for (const pause of plan.pauses) {
    takeCalls(desk, pause.from);
    rest(desk, pause);
  }
  takeCalls(desk, plan.to);
  desk.states.push({ at: desk.at, state: 'offline' });
  return { calls: desk.calls, states: desk.states };
}

/**
 * How busy an hour of the local day is, around 1: from 7 to 20 the mean of 164 weekdays of 2003 at a North American
 * bank's call centre (calls per hour over their daily mean), at night a tail of our own, as that centre is closed.
 */
export const BUSY: readonly number[] = [
  0.4, 0.38, 0.36, 0.35, 0.36, 0.4, 0.45, 0.47, 0.89, 1.49, 1.57, 1.52, 1.44, 1.38, 1.34, 1.29, 1.13, 0.85, 0.66, 0.58,
  0.52, 0.48, 0.45, 0.42,
];

/** Who plans a shift knows the hours: there are fewer idle gaps in busy ones, but by less than the calls go up. */
const pressureAt = (at: number, zone: string): number => Math.sqrt(BUSY[localHour(at, zone)] ?? 1);

export const localHour = (at: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).hour;

type Desk = Worked & { plan: Plan; skill: Skill; chance: Chance; at: number };

const MINUTE = 60_000;
const DAY_MS = 24 * 60 * MINUTE;
const IDLE_MS = 100_000;
const LONGEST_MS = 25 * MINUTE;
const PAUSES = [
  { after: 105, minutes: 15, reason: 'break' },
  { after: 225, minutes: 45, reason: 'lunch' },
  { after: 390, minutes: 15, reason: 'break' },
] as const;
const TALK_MS: Readonly<Record<QueueName, number>> = {
  service: 190_000,
  sales: 215_000,
  billing: 315_000,
  technical: 245_000,
  loyalty: 205_000,
};

const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;
const within = (share: number): number => Math.min(1, Math.max(0, share));
const lateness = (skill: Skill, chance: Chance): number => chance.gap(skill.lateMinutes * MINUTE * 1.8);

function takeCalls(desk: Desk, until: number): void {
  while (desk.at < until) {
    const call = callAfter(desk);
    if (call.answeredAt >= until) break;
    desk.calls.push(call);
    desk.at = call.endedAt;
    if (!call.missed) tell(desk, call);
  }
  desk.at = Math.max(desk.at, until);
}

function tell({ states }: Desk, call: Call): void {
  states.push({ at: call.answeredAt, state: 'on_contact' });
  states.push({ at: call.endedAt - call.acwMs, state: 'wrap' });
  states.push({ at: call.endedAt, state: 'available' });
}

function rest(desk: Desk, pause: Pause): void {
  const last = desk.states.at(-1);
  if (last?.at === desk.at && last.state === 'available') desk.states.pop();
  desk.states.push({ at: desk.at, state: 'pause', reason: pause.reason });
  desk.at += pause.ms + Math.round(desk.skill.lateMinutes * MINUTE * 2 * desk.chance.next());
  desk.states.push({ at: desk.at, state: 'available' });
}

function callAfter({ plan, skill, chance, calls, at }: Desk): Call {
  const busy = pressureAt(at, plan.team.zone);
  const ringMs = chance.whole(1_500, 9_000);
  const answeredAt = at + 1_000 + chance.gap(IDLE_MS / busy) + ringMs;
  const waitMs = ringMs + chance.around(4_200 * busy * busy, 1.15);
  const began = {
    n: calls.length,
    queue: chance.pick(skill.queues),
    offeredAt: answeredAt - waitMs,
    answeredAt,
    waitMs,
    ringMs,
  };
  if (chance.hit(0.008)) return { ...began, ...UNHEARD, endedAt: answeredAt };
  const spoken = chance.hit(skill.short) ? cutShort(chance) : talkOf(began.queue, skill, chance);
  return { ...began, ...spoken, missed: false, endedAt: answeredAt + spoken.talkMs + spoken.holdMs + spoken.acwMs };
}

type Spoken = Pick<Call, 'talkMs' | 'holdMs' | 'holdCount' | 'acwMs' | 'transfer'>;

const UNHEARD = { talkMs: 0, holdMs: 0, holdCount: 0, acwMs: 0, transfer: 'none', missed: true } as const;

const cutShort = (chance: Chance): Spoken => ({
  talkMs: chance.whole(1_800, 9_500),
  holdMs: 0,
  holdCount: 0,
  acwMs: chance.whole(1_000, 4_000),
  transfer: 'none',
});

function talkOf(queue: QueueName, skill: Skill, chance: Chance): Spoken {
  const talkMs = Math.min(LONGEST_MS, Math.max(18_000, chance.around(TALK_MS[queue] * skill.talk, 0.55)));
  const holdCount = chance.hit(0.22) ? chance.whole(1, 2) : 0;
  const holdMs = holdCount === 0 ? 0 : chance.around(38_000 * holdCount, 0.5);
  const transfer = chance.hit(skill.transfer) ? chance.pick({ blind: 1, consult: 2 }) : 'none';
  return { talkMs, holdMs, holdCount, acwMs: chance.around(skill.acwMs, 0.6), transfer };
}
