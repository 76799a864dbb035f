import type { z } from 'zod';
import type { Launch } from '#contract/coaching.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import type { Tx } from '#server/foundation/db.ts';
import { uuidV7 } from '#server/foundation/ids.ts';
import { conflict, invalid, missing } from '#server/foundation/refusals.ts';
import { HOUSE, type NewEvent } from '#server/log/catalogue.ts';
import type { Append, Ground } from '#server/log/ground.ts';
import { rosterOf, zoneOf } from '#server/people/roster.ts';
import { book } from './booking.ts';
import { localDate } from './effect.ts';
import { ALL_STEPS } from './playbooks.ts';
import * as store from './store.ts';

type Ask = Pick<Ground, 'log' | 'clock' | 'db'>;

/** Closes a flag with a leader's reason. @throws Refusal missing, conflict `flag_closed` */
export const closeFlag = (ground: Ask, orgId: number, wish: { id: string; by: string | null; reason: string }) =>
  decided(ground, orgId, async (tx) => {
    const { id, person } = await openFlag(tx, orgId, wish.id);
    const data = { flag: id, person, by: wish.by, why: 'leader' };
    return { type: 'flag.closed', id: `flag:closed:${id}`, data, person, personal: { reason: wish.reason } };
  });

/** What the person says to a flag; the last word counts. @throws Refusal missing, conflict `flag_closed` */
export const answerFlag = (ground: Ask, orgId: number, wish: { id: string; answer: string }) =>
  decided(ground, orgId, async (tx) => {
    const { id, person, answers } = await openFlag(tx, orgId, wish.id);
    const n = answers + 1;
    const data = { flag: id, person, n };
    return { type: 'flag.answered', id: `flag:answered:${id}:${n}`, data, person, personal: { answer: wish.answer } };
  });

/**
 * Launches a follow-up for a person and a KPI, from a flag or without one.
 * @throws Refusal invalid (unknown KPI, a date that is past, a flag of something else), conflict `plan_open`
 */
export async function launchPlan(ground: Ask, orgId: number, wish: z.infer<typeof Launch> & { by: string }) {
  const now = ground.clock.now();
  const plan = uuidV7(now);
  const { person, kpi, dueOn, by, goal } = wish;
  const steps = wish.steps.map((step, at) => (ALL_STEPS.has(step) ? step : `own:${at + 1}`));
  const own = Object.fromEntries(
    wish.steps.flatMap((text, at) => (steps[at] === text ? [] : [[`own:${at + 1}`, text]])),
  );
  const position = await decided(ground, orgId, async (tx) => {
    await refuseLaunch(tx, orgId, { wish, now });
    const data = { plan, flag: wish.flag ?? null, person, kpi, by, steps, dueOn };
    return { type: 'coaching.launched', id: `coaching:launched:${plan}`, data, person, personal: { goal, ...own } };
  });
  return { id: plan, position };
}

/** The person has seen the follow-up. @throws Refusal missing, conflict where it is settled or was acknowledged */
export const acknowledgePlan = (ground: Ask, orgId: number, id: string) =>
  decided(ground, orgId, async (tx) => {
    const { person, acknowledgedAt } = await openPlan(tx, orgId, id);
    if (acknowledgedAt !== null) throw conflict('acknowledged', 'This follow-up was acknowledged before.');
    return { type: 'coaching.acknowledged', id: `coaching:acknowledged:${id}`, data: { plan: id, person }, person };
  });

/** Ends a follow-up. @throws Refusal missing, conflict `plan_settled` */
export const settlePlan = (ground: Ask, orgId: number, wish: { id: string; by: string; outcome: string }) =>
  decided(ground, orgId, async (tx) => {
    const { person } = await openPlan(tx, orgId, wish.id);
    const data = { plan: wish.id, person, by: wish.by, outcome: wish.outcome };
    return { type: 'coaching.settled', id: `coaching:settled:${wish.id}`, data, person };
  });

type Decided = Pick<NewEvent, 'id' | 'data' | 'type'> & { person: string; personal?: Record<string, string> };

/** Waits for its turn, decides, appends, and books what it appended. @returns the position that covers it */
function decided(ground: Ask, orgId: number, decide: (tx: Tx) => Promise<Decided>): Promise<string> {
  return ground.log.command(orgId, async (tx: Tx, append: Append) => {
    await store.lockCoaching(tx, orgId);
    const { person, ...event } = await decide(tx);
    const time = ground.clock.now();
    const { position } = await append([{ source: HOUSE, time, agent: { source: HOUSE, name: person }, ...event }]);
    await book(tx, orgId, { type: event.type, time, data: event.data, position });
    return String(position);
  });
}

async function openFlag(tx: Tx, orgId: number, id: string): Promise<store.FlagRow> {
  const flag = await store.flagRow(tx, orgId, id);
  if (!flag) throw missing(`There is no flag ${id}.`);
  if (flag.state !== 'open') throw conflict('flag_closed', 'This flag is closed.');
  return flag;
}

async function openPlan(tx: Tx, orgId: number, id: string): Promise<store.PlanRow> {
  const plan = await store.planRow(tx, orgId, id);
  if (!plan) throw missing(`There is no follow-up ${id}.`);
  if (plan.state !== 'open') throw conflict('plan_settled', 'This follow-up is settled.');
  return plan;
}

type Asked = { wish: z.infer<typeof Launch>; now: number };

async function refuseLaunch(tx: Tx, orgId: number, { wish, now }: Asked): Promise<void> {
  const { person, kpi, dueOn } = wish;
  const roster = await rosterOf(tx, orgId);
  if (!roster.people.has(person)) throw missing(`There is no person ${person}.`);
  const { kpis } = await definitionsFor(tx, orgId, { name: 'day', from: now, to: now });
  if (!kpis.has(kpi)) throw refused('kpi', 'kpi_unknown', 'There is no such KPI.');
  if (dueOn < localDate(now, zoneOf(roster, { kind: 'person', id: person })))
    throw refused('dueOn', 'due_past', 'The date of a follow-up lies ahead, or is today.');
  if (wish.flag === undefined) return;
  const flag = await store.flagRow(tx, orgId, wish.flag);
  if (flag?.person !== person || flag.kpi !== kpi)
    throw refused('flag', 'flag_other', 'This flag is not about that person and KPI.');
  const plans = await store.plansOfFlags(tx, orgId, [flag.id]);
  if (plans.some(({ state }) => state === 'open'))
    throw conflict('plan_open', 'This flag has an open follow-up already.');
}

const refused = (field: string, code: string, detail: string) =>
  invalid(code, detail, [{ path: `/${field}`, message: detail }]);
