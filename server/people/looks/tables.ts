import { bigint, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const millis = () => bigint({ mode: 'number' });

/** Who looked at whose data: a row per viewer (`person:ID`, `key:ID`), subject, noun and hour. */
export const looks = pgTable(
  'looks',
  {
    orgId: integer().notNull(),
    subject: text().notNull(),
    viewer: text().notNull(),
    noun: text().notNull(),
    /** Begin of the hour, epoch ms. */
    hour: millis().notNull(),
    /** The last time within it. */
    at: millis().notNull(),
    times: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.subject, t.hour, t.viewer, t.noun] })],
);
