import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import type { Tested } from './rules.ts';
import * as store from './store.ts';

export const BOOKED = [
  'flag.opened',
  'flag.joined',
  'flag.answered',
  'flag.closed',
  'coaching.launched',
  'coaching.acknowledged',
  'coaching.settled',
] as const;

/** What is booked of an event: commands and the decider book at once, the flow finds it done. */
export type Bookable = Pick<LoggedEvent, 'type' | 'time' | 'position' | 'data'>;

/** Writes what one event of this room says; twice is once. */
export async function book(tx: Tx, orgId: number, { type, time, position, data }: Bookable): Promise<void> {
  const at = { time, position };
  // biome-ignore lint/suspicious/noExplicitAny: the shapes are this room's own, written by its commands and its decider
  const said = data as any;
  if (type === 'flag.opened') await store.insertFlag(tx, orgId, flagOf(said, at));
  if (type === 'flag.joined')
    await store.joinFlag(tx, orgId, {
      id: said.flag,
      window: (said.windows as Tested[])[0] as Tested,
      gain: said.gain,
    });
  if (type === 'flag.answered') await store.answerFlag(tx, orgId, { id: said.flag, n: said.n, position });
  if (type === 'flag.closed')
    await store.closeFlag(tx, orgId, { id: said.flag, why: said.why, by: said.by, at: time, position });
  if (type === 'coaching.launched') await store.insertPlan(tx, orgId, planOf(said, at));
  if (type === 'coaching.acknowledged') await store.acknowledgePlan(tx, orgId, { id: said.plan, at: time });
  if (type === 'coaching.settled')
    await store.settlePlan(tx, orgId, { id: said.plan, state: said.outcome, by: said.by, at: time });
}

type At = { time: number; position: number };

// biome-ignore lint/suspicious/noExplicitAny: as above
const flagOf = (said: any, { time, position }: At): store.FlagRow => ({
  id: said.flag,
  person: said.person,
  kpi: said.kpi,
  rule: said.rule,
  grain: said.grain,
  about: said.about,
  evidence: said.windows,
  gain: said.gain,
  openedAt: time,
  state: 'open',
  why: null,
  closedAt: null,
  closedBy: null,
  closing: null,
  answers: 0,
  answer: null,
  position,
});

// biome-ignore lint/suspicious/noExplicitAny: as above
const planOf = (said: any, { time, position }: At): store.PlanRow => ({
  id: said.plan,
  person: said.person,
  kpi: said.kpi,
  flag: said.flag,
  by: said.by,
  steps: said.steps,
  dueOn: said.dueOn,
  launchedAt: time,
  acknowledgedAt: null,
  state: 'open',
  settledAt: null,
  settledBy: null,
  position,
});
