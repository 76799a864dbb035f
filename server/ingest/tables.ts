import { bigint, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const ms = () => bigint({ mode: 'number' }).notNull();

/** How fresh each source is, by its public events. Times are epoch ms. */
export const sources = pgTable(
  'sources',
  {
    orgId: integer().notNull(),
    name: text().notNull(),
    firstAt: ms(),
    lastEventAt: ms(),
    lastReceivedAt: ms(),
    accepted: ms(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.name] })],
);

/** What somebody chose for a source, whether it has spoken yet or not: `backfill` says what old events may earn. */
export const sourceChoices = pgTable(
  'source_choices',
  {
    orgId: integer().notNull(),
    name: text().notNull(),
    backfill: text({ enum: ['silent', 'award'] }).notNull(),
    position: ms(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.name] })],
);
