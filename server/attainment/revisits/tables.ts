import { bigint, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const whole = () => bigint({ mode: 'number' }).notNull();

/** Windows that were closed, by the event that closed each first. Times are epoch ms. */
export const closedWindows = pgTable(
  'closed_windows',
  {
    orgId: integer().notNull(),
    window: text({ enum: ['hour', 'day', 'week', 'month'] }).notNull(),
    zone: text().notNull(),
    fromAt: whole(),
    toAt: whole(),
    id: text().notNull(),
    position: whole(),
    recordedAt: whole(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.window, t.zone, t.fromAt] })],
);

/**
 * What is to be looked at again: whose facts of which quarter of an hour changed after a window over it was closed, and
 * the last place in the log where they did. A list of work and not derived: only the live flow writes it, and takes from it.
 */
export const revisits = pgTable(
  'revisits',
  { orgId: integer().notNull(), person: text().notNull(), bucket: integer().notNull(), position: whole() },
  (t) => [primaryKey({ columns: [t.orgId, t.person, t.bucket] })],
);
