import { bigint, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

/** Boards that somebody defined; they are kept in Redis. Every KPI is a board besides, computed when asked. */
export const boards = pgTable(
  'boards',
  {
    orgId: integer().notNull(),
    id: text().notNull(),
    definition: json().notNull(),
    position: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.id] })],
);
