import { bigint, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const millis = () => bigint({ mode: 'number' });

/** Who changed which right, and when: only added to, each row bound to the one before by its hash. */
export const audit = pgTable(
  'audit',
  {
    orgId: integer().notNull(),
    number: integer().notNull(),
    at: millis().notNull(),
    /** `person:ID`, `key:ID` or `link` where somebody came by a one-time link. */
    actor: text().notNull(),
    act: text().notNull(),
    object: text().notNull(),
    hash: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.number] })],
);
