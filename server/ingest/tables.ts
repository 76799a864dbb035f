import { bigint, boolean, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { ImportState, ImportTold, UploadReport } from '#contract/imports.ts';

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

/** Files that are read apart from the call that brought them, and for an hour what came of them. */
export const imports = pgTable(
  'imports',
  {
    orgId: integer().notNull(),
    id: text().notNull(),
    file: text().notNull(),
    source: text().notNull(),
    dryRun: boolean().notNull(),
    state: text().$type<ImportState>().notNull(),
    saidBy: text(),
    begunAt: ms(),
    toldAt: ms(),
    bytes: ms(),
    bytesRead: ms(),
    tally: json().$type<Pick<UploadReport, 'read' | 'accepted' | 'duplicates' | 'rejected' | 'skipped'>>().notNull(),
    report: json().$type<UploadReport>(),
    problem: json().$type<ImportTold['problem']>(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.id] })],
);
