import { bigint, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { FlagAbout, Tested } from './rules.ts';

const millis = () => bigint({ mode: 'number' });

/** "Look here": one open flag per person and KPI, with its evidence. Free text stays in the log, found by its position. */
export const flags = pgTable(
  'flags',
  {
    orgId: integer().notNull(),
    id: text().notNull(),
    person: text().notNull(),
    kpi: text().notNull(),
    rule: text().notNull(),
    grain: text().notNull(),
    about: jsonb().$type<FlagAbout>().notNull(),
    evidence: jsonb().$type<Tested[]>().notNull(),
    /** Tenths of a point of the score. */
    gain: integer().notNull(),
    openedAt: millis().notNull(),
    state: text().notNull(),
    why: text(),
    closedAt: millis(),
    closedBy: text(),
    closing: millis(),
    answers: integer().notNull(),
    answer: millis(),
    position: millis().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.id] }), index('flags_person').on(t.orgId, t.person, t.state)],
);

/** Follow-ups that a leader agreed with somebody; goal and own steps are sealed in the log at `position`. */
export const coachingPlans = pgTable(
  'coaching_plans',
  {
    orgId: integer().notNull(),
    id: text().notNull(),
    person: text().notNull(),
    kpi: text().notNull(),
    flag: text(),
    by: text().notNull(),
    steps: jsonb().$type<string[]>().notNull(),
    dueOn: text().notNull(),
    launchedAt: millis().notNull(),
    acknowledgedAt: millis(),
    state: text().notNull(),
    settledAt: millis(),
    settledBy: text(),
    position: millis().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.orgId, t.id] }),
    index('coaching_plans_person').on(t.orgId, t.person, t.state),
    index('coaching_plans_flag').on(t.orgId, t.flag),
  ],
);
