import { bigint, boolean, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const ms = () => bigint({ mode: 'number' }).notNull();

/** What can be granted and redeemed. `stock` is how many there are in all, null without a limit. */
export const rewards = pgTable(
  'rewards',
  {
    orgId: integer().notNull(),
    id: text().notNull(),
    name: text().notNull(),
    words: text().notNull(),
    icon: text().notNull(),
    price: integer().notNull(),
    stock: integer(),
    visible: boolean().notNull(),
    position: ms(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.id] })],
);

/** Rewards that a leader gave; the reason stands sealed in the event at `position`. */
export const grants = pgTable(
  'grants',
  {
    orgId: integer().notNull(),
    id: text().notNull(),
    reward: text().notNull(),
    person: text().notNull(),
    by: text().notNull(),
    price: integer().notNull(),
    at: ms(),
    position: ms(),
  },
  (t) => [
    primaryKey({ columns: [t.orgId, t.id] }),
    index('grants_person').on(t.orgId, t.person, t.at),
    index('grants_by').on(t.orgId, t.by, t.at),
    index('grants_reward').on(t.orgId, t.reward),
  ],
);

/** Rewards that somebody took for points; open until a leader hands them over, or somebody cancels. */
export const redemptions = pgTable(
  'redemptions',
  {
    orgId: integer().notNull(),
    id: text().notNull(),
    reward: text().notNull(),
    person: text().notNull(),
    price: integer().notNull(),
    at: ms(),
    position: ms(),
    state: text({ enum: ['open', 'fulfilled', 'cancelled'] }).notNull(),
    settledAt: bigint({ mode: 'number' }),
    settledBy: text(),
  },
  (t) => [
    primaryKey({ columns: [t.orgId, t.id] }),
    index('redemptions_person').on(t.orgId, t.person, t.at),
    index('redemptions_reward').on(t.orgId, t.reward),
  ],
);
