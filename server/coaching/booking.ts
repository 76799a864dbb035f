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
export async function book(tx: Tx, orgId: number, event: Bookable): Promise<void> {
  await BOOK[event.type as (typeof BOOKED)[number]]?.(tx, orgId, event);
}

type Opened = Pick<store.FlagRow, 'person' | 'kpi' | 'rule' | 'grain' | 'about' | 'gain'> & {
  flag: string;
  windows: Tested[];
};
type Launched = Pick<store.PlanRow, 'person' | 'kpi' | 'flag' | 'by' | 'steps' | 'dueOn'> & { plan: string };
type Closed = { flag: string; why: 'gone' | 'leader'; by: string | null };
type Settled = { plan: string; outcome: 'done' | 'cancelled'; by: string };

// the shapes are this room's own, written by its commands and its decider
const BOOK: Record<(typeof BOOKED)[number], (tx: Tx, orgId: number, event: Bookable) => Promise<unknown>> = {
  'flag.opened': (tx, orgId, event) => store.insertFlag(tx, orgId, flagOf(event)),
  'flag.joined': (tx, orgId, { data }) => {
    const { flag, windows, gain } = data as Pick<Opened, 'flag' | 'windows' | 'gain'>;
    return store.joinFlag(tx, orgId, { id: flag, window: windows[0] as Tested, gain });
  },
  'flag.answered': (tx, orgId, { data, position }) => {
    const { flag, n } = data as { flag: string; n: number };
    return store.answerFlag(tx, orgId, { id: flag, n, position });
  },
  'flag.closed': (tx, orgId, { data, time, position }) => {
    const { flag, why, by } = data as Closed;
    return store.closeFlag(tx, orgId, { id: flag, why, by, at: time, position });
  },
  'coaching.launched': (tx, orgId, event) => store.insertPlan(tx, orgId, planOf(event)),
  'coaching.acknowledged': (tx, orgId, { data, time }) =>
    store.acknowledgePlan(tx, orgId, { id: String(data.plan), at: time }),
  'coaching.settled': (tx, orgId, { data, time }) => {
    const { plan, outcome, by } = data as Settled;
    return store.settlePlan(tx, orgId, { id: plan, state: outcome, by, at: time });
  },
};

function flagOf({ data, time, position }: Bookable): store.FlagRow {
  const { flag, person, kpi, rule, grain, about, windows, gain } = data as Opened;
  return {
    ...{ id: flag, person, kpi, rule, grain, about, evidence: windows, gain, openedAt: time, position },
    ...{ state: 'open', why: null, closedAt: null, closedBy: null, closing: null, answers: 0, answer: null },
  };
}

function planOf({ data, time, position }: Bookable): store.PlanRow {
  const { plan, person, kpi, flag, by, steps, dueOn } = data as Launched;
  return {
    ...{ id: plan, person, kpi, flag, by, steps, dueOn, launchedAt: time, position },
    ...{ acknowledgedAt: null, state: 'open', settledAt: null, settledBy: null },
  };
}
