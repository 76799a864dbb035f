import { sql } from 'drizzle-orm';
import {
  bigint,
  customType,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const instant = () => timestamp({ withTimezone: true });

/**
 * What happened, append-only (a trigger refuses UPDATE and DELETE). `position` is the writing transaction's id
 * and the row's place in it: reading below the oldest running transaction therefore skips nothing.
 */
export const events = pgTable(
  'events',
  {
    orgId: integer().notNull(),
    position: bigint({ mode: 'number' }).notNull(),
    source: text().notNull(),
    id: text().notNull(),
    type: text().notNull(),
    time: instant().notNull(),
    recordedAt: instant().notNull(),
    agent: integer(),
    customer: integer(),
    interaction: text(),
    data: json().notNull(),
    sealed: bytea(),
    /** Which event a correction is about, as its data says: an index on what is within data helps nobody behind a wall. */
    ofSource: text(),
    ofId: text(),
  },
  (t) => [
    primaryKey({ columns: [t.orgId, t.position] }),
    uniqueIndex('events_identity').on(t.orgId, t.source, t.id),
    index('events_agent').on(t.orgId, t.agent, t.time),
    index('events_interaction').on(t.orgId, t.interaction).where(sql`interaction is not null`),
    index('events_customer').on(t.orgId, t.customer, t.time).where(sql`customer is not null`),
    index('events_of').on(t.orgId, t.ofSource, t.ofId).where(sql`of_id is not null`),
    index('events_time').using('brin', t.time),
  ],
);

/** Agents and customers as the log knows them: a number in the events, the name here, sealed with a key of its own. */
export const parties = pgTable(
  'parties',
  {
    orgId: integer().notNull(),
    ref: integer().generatedAlwaysAsIdentity().notNull(),
    kind: text().notNull(),
    source: text().notNull(),
    digest: bytea().notNull(),
    name: bytea(),
    key: bytea(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.ref] }), uniqueIndex('parties_digest').on(t.orgId, t.digest)],
);

/** The secret with which an organisation's party names are digested, so that a digest alone tells nothing. */
export const logSecrets = pgTable('log_secrets', { orgId: integer().primaryKey(), secret: bytea().notNull() });

/** How far a shard's flow has come. Whoever holds the lease writes under its epoch; a stale epoch is refused. */
export const flows = pgTable(
  'flows',
  {
    orgId: integer().notNull(),
    shard: smallint().notNull().default(0),
    position: bigint({ mode: 'number' }).notNull().default(0),
    epoch: integer().notNull().default(0),
    holder: text(),
    leaseUntil: instant(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.shard] })],
);

/** Events that a consumer could not take: kept with the reason, never in the way of the rest. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    orgId: integer().notNull(),
    position: bigint({ mode: 'number' }).notNull(),
    consumer: text().notNull(),
    reason: text().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.position, t.consumer] })],
);

/** What a table of a sealed past held: its columns, how many rows, and their digest. */
export type SealedTable = { columns: string[]; rows: number; digest: string };

/**
 * Where the past of an organisation is sealed. Events of sources from before `cut` are removed; nothing that tells of a
 * time before `before` is taken any more. While `position` is null the seal is only announced. Times are epoch ms.
 */
export const seals = pgTable(
  'seals',
  {
    orgId: integer().notNull(),
    cut: bigint({ mode: 'number' }).notNull(),
    before: bigint({ mode: 'number' }).notNull(),
    /** Up to where the log had been derived when it was sealed: a rebuild begins behind it. */
    position: bigint({ mode: 'number' }),
    sealedAt: bigint({ mode: 'number' }),
    removed: integer().notNull().default(0),
    tables: json().$type<Record<string, SealedTable>>(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.cut] })],
);

/** Digests of removed events, by source and id, and of removed interactions: what is sent again is known by them. */
export const sealedKeys = pgTable('sealed_keys', { orgId: integer().notNull(), key: uuid().notNull() }, (t) => [
  primaryKey({ columns: [t.orgId, t.key] }),
]);

/** The derived tables as they were at the last seal, row by row as text, some hundred together. */
export const sealedRows = pgTable(
  'sealed_rows',
  {
    orgId: integer().notNull(),
    table: text().notNull(),
    part: integer().notNull(),
    rows: text().array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.table, t.part] })],
);
