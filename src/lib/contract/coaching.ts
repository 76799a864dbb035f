import { z } from 'zod';
import { Id, Position, Text } from './words.ts';

/** Ids that are made of a person, a KPI and a window, or of their cause. */
export const LongId = z.string().regex(/^[A-Za-z0-9._:@-]{1,160}$/, 'must match [A-Za-z0-9._:@-]{1,160}');
const Cursor = z
  .string()
  .regex(/^\d{1,9}$/)
  .optional();
const Paging = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: Cursor,
  after: Position.optional(),
};

export const FlagQuery = z.object({
  state: z.enum(['open', 'closed']).default('open'),
  team: Id.optional(),
  ...Paging,
});
export const CoachingQuery = z.object({
  person: Id.optional(),
  state: z.enum(['open', 'done', 'cancelled']).optional(),
  ...Paging,
});
export const FlagClosing = z.object({ reason: Text(500) });
export const FlagAnswer = z.object({ answer: Text(500) });
export const Launch = z.object({
  person: Id,
  flag: LongId.optional(),
  kpi: z.string().min(1).max(64),
  goal: Text(500),
  /** Ids of steps of the playbook, or texts of one's own. */
  steps: z.array(Text(300)).min(1).max(10),
  dueOn: z.iso.date(),
});
export const Settlement = z.object({ outcome: z.enum(['done', 'cancelled']) });

export type CoachedPerson = { id: string; name: string; team: string | null };
export type CoachedKpi = { id: string; name: string; unit: string; better: 'higher' | 'lower' | 'range' };

/** One window of the evidence; `p` where the test is exact (shares), else the interval decides. */
export type FlagWindow = {
  window: 'day' | 'week';
  from: string;
  to: string;
  value: number;
  sample: number;
  interval: [number, number] | null;
  mark: number;
  p: number | null;
  beyond: boolean;
};
export type Flag = {
  id: string;
  person: CoachedPerson;
  kpi: CoachedKpi;
  rule: string;
  openedAt: string;
  state: 'open' | 'closed';
  closed: { at: string; why: 'gone' | 'leader'; by: string | null; reason: string | null } | null;
  evidence: FlagWindow[];
  /** The speed KPI that this one keeps honest, where it is flagged as its guard. */
  guardOf: string | null;
  /** Points of the score that are to be won. */
  gain: number;
  answer: string | null;
  /** The open follow-up, else the last one. */
  plan: { id: string; state: string; dueOn: string } | null;
  /** The `measure` of its receipt. */
  receipt: string;
};

export type PlaybookStep = { id: string; kpis: string[]; cause: string; text: string };
export type Side = {
  from: string;
  to: string;
  value: number | null;
  sample: number;
  interval: [number, number] | null;
};
export type Effect = {
  before: Side;
  since: Side;
  /** The days of both, in order; null where there was no value. */
  days: { from: string; value: number | null; since: boolean }[];
  target: number | null;
  movement: 'cannot_tell' | 'overlap' | 'better' | 'worse';
};
export type Coaching = {
  id: string;
  person: CoachedPerson;
  kpi: CoachedKpi;
  flag: string | null;
  by: { id: string; name: string };
  goal: string | null;
  steps: { id: string; text: string }[];
  dueOn: string;
  launchedAt: string;
  acknowledgedAt: string | null;
  state: 'open' | 'done' | 'cancelled';
  settledAt: string | null;
  receipt: string;
};
export type CoachingView = Coaching & { effect: Effect | null; position: string };
/** What a person sees of themselves: the flags that are open and the follow-ups. */
export type OwnCoaching = { items: Coaching[]; flags: Flag[]; next: string | null; position: string };
export type FlagList = { items: Flag[]; next: string | null; position: string };
