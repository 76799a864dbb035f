import { bigint, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const ms = () => bigint({ mode: 'number' }).notNull();

/** How fresh each source is, by its public events. Times are epoch ms; `backfill` says what old events may earn. */
export const sources = pgTable(
  'sources',
  {
    orgId: integer().notNull(),
    name: text().notNull(),
    firstAt: ms(),
    lastEventAt: ms(),
    lastReceivedAt: ms(),
    accepted: ms(),
    backfill: text({ enum: ['silent', 'award'] })
      .notNull()
      .default('silent'),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.name] })],
);
