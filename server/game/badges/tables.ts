import { bigint, boolean, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const ms = () => bigint({ mode: 'number' }).notNull();

/** Badges that people earned, one row per tier and period. `id` is the id of the event; times are epoch ms. */
export const badgesEarned = pgTable(
  'badges_earned',
  {
    orgId: integer().notNull(),
    id: text().notNull(),
    person: text().notNull(),
    badge: text().notNull(),
    tier: text({ enum: ['bronze', 'silver', 'gold'] }).notNull(),
    period: text().notNull(),
    version: integer().notNull(),
    points: integer().notNull(),
    /** Whether it came to pass just then, and not in a history that was brought in later. */
    celebrate: boolean().notNull(),
    at: ms(),
    position: ms(),
    /** Where in the log it was withdrawn; null where it stands. */
    withdrawn: bigint({ mode: 'number' }),
  },
  (t) => [
    primaryKey({ columns: [t.orgId, t.id] }),
    index('badges_earned_person').on(t.orgId, t.person, t.at),
    index('badges_earned_at').on(t.orgId, t.at),
  ],
);
