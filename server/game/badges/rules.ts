import { Temporal } from 'temporal-polyfill';
import type { PersonResult } from '#server/attainment/performance/people.ts';
import { type Measured, measureOf } from '#server/attainment/scoring/scoring.ts';
import { factOf } from '#server/facts/kpis/formula.ts';

export const TIERS = ['bronze', 'silver', 'gold'] as const;
export type Tier = (typeof TIERS)[number];
export type Period = 'day' | 'week' | 'month';

/**
 * What a badge asks for: contacts handled, short ones not counted, while nothing holds the KPI of speed; the attainment
 * of a KPI in per-mille of its target; or closed days with a score.
 */
export type Condition =
  | { kind: 'contacts'; guard: string }
  | { kind: 'kpi'; kpi: string }
  | { kind: 'days'; score: number };

export type Step = { goal: number; words: string; points: number };
export type Badge = {
  id: string;
  version: number;
  name: string;
  words: string;
  period: Period;
  /** As soon as it holds; when the window closes; or a window later, when its value is no longer provisional. */
  when: 'at once' | 'close' | 'settled';
  condition: Condition;
  tiers: Record<Tier, Step>;
};

const step = (goal: number, points: number, words: string): Step => ({ goal, points, words });
const ofTarget = (points: [number, number, number]): Record<Tier, Step> => ({
  bronze: step(1000, points[0], 'At your target'),
  silver: step(1100, points[1], 'Halfway from your target to its stretch mark'),
  gold: step(1200, points[2], 'At the stretch mark of your target'),
});

/** The six badges. A changed condition is a new version; what was earned by an older one stays. */
export const BADGES: readonly Badge[] = [
  {
    id: 'full-house',
    version: 1,
    name: 'Full house',
    words:
      'Many contacts handled in a day. Contacts that end sooner than the queue takes for plausible are not counted, and a day on which your handle time is held earns none.',
    period: 'day',
    when: 'at once',
    condition: { kind: 'contacts', guard: 'aht' },
    tiers: {
      bronze: step(20, 10, '20 contacts in a day'),
      silver: step(45, 15, '45 contacts in a day'),
      gold: step(65, 25, '65 contacts in a day'),
    },
  },
  {
    id: 'on-the-dot',
    version: 1,
    name: 'On the dot',
    words: 'Being where the schedule says, over a whole day. Decided when the day closes.',
    period: 'day',
    when: 'close',
    condition: { kind: 'kpi', kpi: 'adherence' },
    tiers: ofTarget([10, 15, 25]),
  },
  {
    id: 'kind-ear',
    version: 1,
    name: 'Kind ear',
    words: 'Customers who were glad of the call, over a week with enough surveys. Decided when the week closes.',
    period: 'week',
    when: 'close',
    condition: { kind: 'kpi', kpi: 'csat' },
    tiers: ofTarget([30, 45, 75]),
  },
  {
    id: 'one-and-done',
    version: 1,
    name: 'One and done',
    words:
      'Customers who did not have to come back within seven days, over a week. Decided a week later, when those days are over.',
    period: 'week',
    when: 'settled',
    condition: { kind: 'kpi', kpi: 'fcr' },
    tiers: ofTarget([30, 45, 75]),
  },
  {
    id: 'steady-light',
    version: 1,
    name: 'Steady light',
    words: 'Days with a score of 100 or more within one week. Looked at whenever a day closes.',
    period: 'week',
    when: 'close',
    condition: { kind: 'days', score: 100 },
    tiers: {
      bronze: step(3, 30, '3 days of a week with a score of 100 or more'),
      silver: step(4, 45, '4 days of a week with a score of 100 or more'),
      gold: step(5, 75, '5 days of a week with a score of 100 or more'),
    },
  },
  {
    id: 'craft',
    version: 1,
    name: 'Craft',
    words: 'Good work in the eyes of those who evaluate it, over a month. Decided when the month closes.',
    period: 'month',
    when: 'close',
    condition: { kind: 'kpi', kpi: 'quality' },
    tiers: ofTarget([60, 90, 150]),
  },
];

export const badgeOf = (id: string): Badge | null => BADGES.find((badge) => badge.id === id) ?? null;

/** Why a value counts, or why nothing hangs on it. */
export type Standing = 'counts' | 'none' | 'provisional' | 'held' | 'not_eligible';

/** What somebody has of a badge: contacts, attainment in per-mille or days; and whether it may earn anything. */
export type Reading = { value: number | null; standing: Standing; measured: Measured | null };

type Of = Pick<PersonResult, 'plan' | 'figures' | 'scored'>;

/** What results say of a badge: of its window, or of the closed days of it where it counts days. `now` is epoch ms. */
export function readingOf({ condition }: Badge, results: readonly Of[], now: number): Reading {
  if (condition.kind === 'days') return { ...daysOf(condition.score, results), measured: null };
  const [result] = results;
  if (!result) return { value: null, standing: 'none', measured: null };
  const item = result.plan.items.get(condition.kind === 'kpi' ? condition.kpi : condition.guard);
  const measured = item ? measureOf(item, result.figures, now) : null;
  const value = condition.kind === 'kpi' ? (measured?.attainment ?? null) : contactsOf(result);
  return { value, standing: standingOf(condition, { result, measured, value }), measured };
}

/** The highest tier that a reading holds; null where it holds none, or where nothing may hang on it. */
export const tierHeld = (badge: Badge, reading: Reading): Tier | null => tiersHeld(badge, reading).at(-1) ?? null;

/** All tiers that a reading holds, the lowest first. */
export function tiersHeld({ tiers }: Badge, { value, standing }: Reading): Tier[] {
  if (value === null || standing !== 'counts') return [];
  return TIERS.filter((tier) => value >= tiers[tier].goal);
}

/** Contacts that count: handled, without the implausibly short ones. */
export const contactsOf = ({ figures }: Pick<Of, 'figures'>): number =>
  factOf(figures.sums, 'handled') - factOf(figures.sums, 'short');

/** Whether a closed day counts: a score that may be ranked, high enough, and no KPI of it held. */
export const isSteady = ({ scored }: Pick<Of, 'scored'>, least: number): boolean =>
  scored.eligible && scored.score !== null && scored.score >= least && scored.kpis.every(({ held }) => held === null);

/** The name of a window on its local calendar: `day:2026-11-24`, `week:2026-11-23` by its Monday, `month:2026-11`. */
export function periodOf(period: Period, from: number, zone: string): string {
  const date = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate().toString();
  return `${period}:${period === 'month' ? date.slice(0, 7) : date}`;
}

/** The id of the event: once per badge, tier, person and period. */
export const earnedId = (of: { badge: string; tier: Tier; person: string; period: string }): string =>
  `badge:${of.badge}:${of.tier}:${of.person}:${of.period}`;

function daysOf(score: number, days: readonly Of[]): { value: number; standing: Standing } {
  return { value: days.filter((day) => isSteady(day, score)).length, standing: 'counts' };
}

function standingOf(
  condition: Condition,
  { result, measured, value }: { result: Of; measured: Measured | null; value: number | null },
): Standing {
  if (measured?.held) return 'held';
  if (value === null) return 'none';
  if (condition.kind === 'kpi' && measured?.provisional) return 'provisional';
  return result.scored.eligible ? 'counts' : 'not_eligible';
}
