import { bigint, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { BaselineValues } from '#server/attainment/definitions/baseline.ts';
import { versionColumns } from '#server/facts/tables.ts';

/** Targets by KPI and whom they are for. */
export const targetVersions = pgTable('target_versions', versionColumns(), (t) => [
  primaryKey({ columns: [t.orgId, t.key, t.version] }),
]);

/** Scorecards by role. */
export const scorecardVersions = pgTable('scorecard_versions', versionColumns(), (t) => [
  primaryKey({ columns: [t.orgId, t.key, t.version] }),
]);

/** What the people of a role at a site reached before a window; the first one said for a window stands. */
export const baselines = pgTable(
  'baselines',
  {
    orgId: integer().notNull(),
    role: text().notNull(),
    site: text().notNull(),
    fromAt: bigint({ mode: 'number' }).notNull(),
    knownAt: bigint({ mode: 'number' }).notNull(),
    position: bigint({ mode: 'number' }).notNull(),
    body: json().$type<BaselineValues>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.role, t.site, t.fromAt] })],
);
