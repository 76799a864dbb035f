import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, index, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { FACT_NAMES, type Fact } from '#contract/facts.ts';

const whole = () => bigint({ mode: 'number' });
const byteText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

type FactColumn = ReturnType<typeof whole>;
const factColumns = Object.fromEntries(FACT_NAMES.map((name) => [name, whole()])) as Record<Fact, FactColumn>;

/** Additive facts of a person ('' is nobody) in a bucket, per queue and channel. No value is null, never 0; a row without a value is no row. */
export const facts = pgTable(
  'facts',
  {
    orgId: integer().notNull(),
    bucket: integer().notNull(),
    person: byteText().notNull(),
    queue: byteText().notNull(),
    channel: byteText().notNull(),
    ...factColumns,
  },
  (t) => [
    primaryKey({ columns: [t.orgId, t.person, t.bucket, t.queue, t.channel] }),
    index('facts_queue').on(t.orgId, t.queue, t.bucket).where(sql`queue <> ''`),
    index('facts_bucket').using('brin', t.bucket),
  ],
);

/** Facts beside the core: a source's own, and pauses by reason (`pause_ms:<reason>`). */
export const factsNamed = pgTable(
  'facts_named',
  {
    orgId: integer().notNull(),
    person: byteText().notNull(),
    bucket: integer().notNull(),
    queue: byteText().notNull(),
    channel: byteText().notNull(),
    fact: byteText().notNull(),
    value: whole().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.person, t.bucket, t.queue, t.channel, t.fact] })],
);

/** Which agents each person ever said to be: this room's own copy, written only in the order of the log. */
export const factsClaims = pgTable(
  'facts_claims',
  {
    orgId: integer().notNull(),
    person: text().notNull(),
    position: whole().notNull(),
    recordedAt: whole().notNull(),
    identities: json().$type<{ agent: number; from: number; to: number }[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.person, t.position] })],
);

/** How each queue was set from when on: likewise a copy in the order of the log. */
export const factsQueueVersions = pgTable(
  'facts_queue_versions',
  {
    orgId: integer().notNull(),
    queue: text().notNull(),
    position: whole().notNull(),
    recordedAt: whole().notNull(),
    validFrom: whole().notNull(),
    serviceLevelMs: whole().notNull(),
    shortMs: whole().notNull(),
    abandonShortMs: whole().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.queue, t.position] })],
);

/** What an organisation's events have needed so far, so that what it never used costs nothing. */
export const factsProgress = pgTable('facts_progress', {
  orgId: integer().primaryKey(),
  /** End of the last closed bucket, epoch ms. */
  closedTo: whole().notNull(),
  /** Position of the last definition that changed anything. */
  definedTo: whole().notNull(),
  hasCorrections: boolean().notNull(),
  hasReferences: boolean().notNull(),
});

/** Which bucket ends (epoch ms) were closed, and when that was known. */
export const factsClosings = pgTable(
  'facts_closings',
  { orgId: integer().notNull(), closedTo: whole().notNull(), recordedAt: whole().notNull() },
  (t) => [primaryKey({ columns: [t.orgId, t.closedTo] })],
);

/** States as they count, by agent in order of time. */
export const factsStates = pgTable(
  'facts_states',
  {
    orgId: integer().notNull(),
    agent: integer().notNull(),
    time: whole().notNull(),
    source: byteText().notNull(),
    id: byteText().notNull(),
    state: text().notNull(),
    reason: text(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.agent, t.time, t.source, t.id] })],
);

/** Schedules and measured adherence as they count; `productive` is null for the measured. */
export const factsPlans = pgTable(
  'facts_plans',
  {
    orgId: integer().notNull(),
    agent: integer().notNull(),
    source: byteText().notNull(),
    id: byteText().notNull(),
    time: whole().notNull(),
    fromAt: whole().notNull(),
    toAt: whole().notNull(),
    productive: json().$type<{ from: number; to: number }[]>(),
    scheduledMs: whole(),
    adherentMs: whole(),
  },
  (t) => [
    primaryKey({ columns: [t.orgId, t.agent, t.source, t.id] }),
    index('facts_plans_span').on(t.orgId, t.agent, t.toAt),
  ],
);

/** The columns of a table of versions: a definition by key and version, never changed once it is there. */
export const versionColumns = () => ({
  orgId: integer().notNull(),
  key: byteText().notNull(),
  version: integer().notNull(),
  effectiveFrom: whole(),
  knownAt: whole().notNull(),
  position: whole().notNull(),
  /** `person:ID` or `key:ID`; null where nobody wrote it down. */
  saidBy: text(),
  body: json().$type<unknown>().notNull(),
});

/** An organisation's own KPI definitions. */
export const kpiVersions = pgTable('kpi_versions', versionColumns(), (t) => [
  primaryKey({ columns: [t.orgId, t.key, t.version] }),
]);
