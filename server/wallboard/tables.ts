import { bigint, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { StoredScene } from '#contract/wall.ts';

const millis = () => bigint({ mode: 'number' });
const orgId = () => integer().notNull();

/** What each screen shows, in order. Not derived: somebody chose it. */
export const deviceScenes = pgTable(
  'device_scenes',
  {
    orgId: orgId(),
    device: text().notNull(),
    scenes: jsonb().$type<StoredScene[]>().notNull(),
    changedAt: millis().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.device] })],
);

/** Screens that wait to be let in. Code and secret are kept as SHA-256; `orgId` is 0 until somebody approves. */
export const pairings = pgTable(
  'pairings',
  {
    code: text().primaryKey(),
    orgId: orgId(),
    secret: text().notNull().unique(),
    createdAt: millis().notNull(),
    expiresAt: millis().notNull(),
    device: text(),
    approvedAt: millis(),
    collectedAt: millis(),
  },
  (t) => [index('pairings_end').on(t.expiresAt)],
);
