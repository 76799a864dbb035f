import type { Held, Status } from './performance.ts';
import type { WindowSpan } from './windows.ts';

/** One KPI of one member. `needs`: how many more units of its sample make it count. No value is null, never 0. */
export type MemberKpi = {
  id: string;
  value: number | null;
  sample: number;
  needs: number;
  provisional: boolean;
  attainment: number | null;
  status: Status | null;
  held: Held | null;
  weight: number;
};

/** A member of a team in a window; without figures `lastAt` is null. */
export type MemberRow = {
  subject: string;
  name: string;
  startedOn: string | null;
  score: number | null;
  eligible: boolean;
  /** How many gates are missed. */
  gates: number;
  lastAt: string | null;
  kpis: MemberKpi[];
};

/** A KPI of the scorecards in a team, for the head of its column. */
export type MemberColumn = {
  id: string;
  name: string;
  words: string;
  unit: string;
  better: 'higher' | 'lower' | 'range';
};

/** `GET /api/v1/teams/{id}/people`: everyone in a team at a glance. */
export type Members = {
  team: { id: string; name: string };
  window: WindowSpan;
  columns: MemberColumn[];
  items: MemberRow[];
  /** A team stands on one page. */
  next: null;
  position: string;
};
