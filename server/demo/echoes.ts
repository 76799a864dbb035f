import { type Agent, type Cast, type Skill, SOURCES } from './cast.ts';
import { type Chance, chanceOf } from './chance.ts';
import type { Call, Plan, Worked } from './shift.ts';

/** What the story tells besides the calls, before it is numbered: a public event without an id. `at` is epoch ms. */
export type Echo = { at: number; source: string; type: string; data: Record<string, unknown> };

export type Day = { cast: Cast; plan: Plan; skill: Skill; worked: Worked; currency: string };

export const interactionOf = (plan: Pick<Plan, 'date' | 'agent'>, n: number): string =>
  `${plan.date}-${plan.agent.id}-c${n}`;

/** Surveys, evaluations, offers and sales that follow a day's calls, minutes to hours later. */
export function echoesOf(day: Day): Echo[] {
  const chance = chanceOf(`echoes ${day.plan.date} ${day.plan.agent.id}`);
  const answered = day.worked.calls.filter((call) => !call.missed);
  const own =
    day.plan.agent.story === 'four-surveys'
      ? fourSurveys(day, answered)
      : answered.flatMap((call) => surveysOf(day, call, chance));
  return [...own, ...answered.flatMap((call) => salesOf(day, call, chance)), ...evaluations(day, answered, chance)];
}

/** Who is asked and answers: a fifth, and a twentieth for the promoter question. */
const CSAT_ANSWERED = 0.2;
const NPS_ANSWERED = 0.05;
const MINUTE = 60_000;
const SHORT_MS = 12_000;

function surveysOf(day: Day, call: Call, chance: Chance): Echo[] {
  const good = call.talkMs < SHORT_MS ? 0.1 : day.skill.csat - Math.min(0.15, call.waitMs / 600_000);
  const surveys: Echo[] = [];
  if (chance.hit(CSAT_ANSWERED))
    surveys.push(
      csat(day, call, {
        score: chance.hit(good) ? chance.pick({ 4: 2, 5: 3 }) : chance.pick({ 1: 2, 2: 2, 3: 3 }),
        delay: delayOf(chance),
      }),
    );
  if (chance.hit(NPS_ANSWERED))
    surveys.push(
      nps(day, call, {
        score: chance.hit(good) ? chance.pick({ 8: 2, 9: 3, 10: 3 }) : chance.pick({ 2: 1, 4: 1, 5: 2, 6: 2, 7: 2 }),
        delay: delayOf(chance),
      }),
    );
  return surveys;
}

/** Exactly one perfect answer on each of the first four working days of a week. */
function fourSurveys(day: Day, answered: Call[]): Echo[] {
  const weekday = (new Date(`${day.plan.date}T00:00:00Z`).getUTCDay() + 6) % 7;
  const before = workdaysBefore(day.plan.agent, weekday);
  const call = answered[3];
  return before < 4 && call ? [csat(day, call, { score: '5', delay: 25 * MINUTE })] : [];
}

const workdaysBefore = (agent: Agent, weekday: number): number =>
  Array.from({ length: weekday }, (_, i) => i).filter((i) => !agent.daysOff.includes(i)).length;

const delayOf = (chance: Chance): number => Math.min(20 * 60 * MINUTE, chance.around(45 * MINUTE, 1.1));

type Answer = { score: string; delay: number };

const csat = ({ plan }: Day, call: Call, { score, delay }: Answer): Echo => ({
  at: call.endedAt + delay,
  source: SOURCES.survey,
  type: 'survey.answered',
  data: { interactionId: interactionOf(plan, call.n), kind: 'csat', score: Number(score), scaleMin: 1, scaleMax: 5 },
});

const nps = ({ plan }: Day, call: Call, { score, delay }: Answer): Echo => ({
  at: call.endedAt + delay,
  source: SOURCES.survey,
  type: 'survey.answered',
  data: { interactionId: interactionOf(plan, call.n), kind: 'nps', score: Number(score), scaleMin: 0, scaleMax: 10 },
});

function salesOf({ plan, skill, currency }: Day, call: Call, chance: Chance): Echo[] {
  if (call.queue !== 'sales' || call.talkMs < SHORT_MS || !chance.hit(0.6)) return [];
  const about = {
    agent: plan.agent.login,
    interactionId: interactionOf(plan, call.n),
    amountMinor: chance.around(6_400, 0.5),
    currency,
    units: 1,
  };
  const at = call.answeredAt + call.talkMs;
  const offer = { at, source: SOURCES.crm, type: 'offer.made', data: about };
  return chance.hit(skill.conversion)
    ? [offer, { at: at + 5_000, source: SOURCES.crm, type: 'sale.closed', data: about }]
    : [offer];
}

/** On about two days of three somebody listens to one of the calls, later that day or the next morning. */
function evaluations({ cast, plan, skill }: Day, answered: Call[], chance: Chance): Echo[] {
  const call = answered[chance.whole(0, Math.max(0, answered.length - 1))];
  if (!call || !chance.hit(0.7)) return [];
  const share = Math.min(1, Math.max(0.3, skill.quality + (chance.next() + chance.next() - 1) * 0.12));
  const evaluator = cast.staff.find((one) => one.role === 'quality')?.name ?? 'Quality';
  const judged = {
    agent: plan.agent.login,
    interactionId: interactionOf(plan, call.n),
    form: 'conversation',
    formVersion: 3,
    evaluator,
  };
  const points = Math.round(share * 40);
  return [
    {
      at: call.endedAt + chance.around(150 * MINUTE, 0.7),
      source: SOURCES.qm,
      type: 'evaluation.completed',
      data: { ...judged, points, possible: 40, criticalFailed: chance.hit(0.01) },
    },
  ];
}
