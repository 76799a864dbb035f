import { bigint, customType, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const ms = () => bigint({ mode: 'number' }).notNull();

/**
 * What was moved, why and for whom: the id is that of the event that says so, its position the place in the log.
 * Only added to: a trigger refuses UPDATE and DELETE.
 */
export const transfers = pgTable(
  'transfers',
  {
    orgId: integer().notNull(),
    id: text().notNull(),
    position: bigint({ mode: 'number' }).notNull(),
    at: ms(),
    kind: text({ enum: ['award', 'badge', 'grant', 'redemption', 'return', 'correction', 'withdrawal'] }).notNull(),
    cause: text().notNull(),
    person: text(),
  },
  (t) => [
    primaryKey({ columns: [t.orgId, t.id] }),
    uniqueIndex('transfers_position').on(t.orgId, t.position),
    index('transfers_person').on(t.orgId, t.person, t.position),
    index('transfers_at').on(t.orgId, t.at),
  ],
);

/** What a transfer does to each account, summing to zero. Only added to. */
export const entries = pgTable(
  'entries',
  {
    orgId: integer().notNull(),
    transfer: text().notNull(),
    account: text().notNull(),
    amount: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.transfer, t.account] }), index('entries_account').on(t.orgId, t.account)],
);

/** The sum of an account's entries, kept by the statement that writes them. */
export const balances = pgTable(
  'balances',
  { orgId: integer().notNull(), account: text().notNull(), balance: bigint({ mode: 'number' }).notNull() },
  (t) => [primaryKey({ columns: [t.orgId, t.account] })],
);

/**
 * The hash chain: a link per transfer in log order, over the link before and the transfer with its entries. Only the
 * flow writes it, when it comes to the event: what a command booked already gets its link then.
 */
export const ledgerLinks = pgTable(
  'ledger_links',
  { orgId: integer().notNull(), position: bigint({ mode: 'number' }).notNull(), digest: bytea().notNull() },
  (t) => [primaryKey({ columns: [t.orgId, t.position] })],
);
