import { type AnyPgColumn, bigint, foreignKey, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';

const millis = () => bigint({ mode: 'number' });
const orgId = () => integer().notNull();

/** Who may sign in. What an account may do comes from its person's roles. E-mails are lower-case and unique everywhere. */
export const accounts = pgTable(
  'accounts',
  {
    id: uuid().primaryKey(),
    orgId: orgId(),
    email: text().notNull().unique(),
    /** argon2id in its own text form; null: no password yet. */
    password: text(),
    person: text().notNull(),
    createdAt: millis().notNull(),
    disabledAt: millis(),
    signedInAt: millis(),
  },
  // what refers to an account says whose it is
  (t) => [index('accounts_person').on(t.orgId, t.person), unique('accounts_own').on(t.orgId, t.id)],
);

const ofAccount = (name: string, t: { orgId: AnyPgColumn; account: AnyPgColumn }) =>
  foreignKey({ name, columns: [t.orgId, t.account], foreignColumns: [accounts.orgId, accounts.id] }).onDelete(
    'cascade',
  );

/** `id` is the SHA-256 of the token that only the browser holds. */
export const sessions = pgTable(
  'sessions',
  {
    id: text().primaryKey(),
    orgId: orgId(),
    account: uuid().notNull(),
    createdAt: millis().notNull(),
    expiresAt: millis().notNull(),
    /** To the five minutes. */
    seenAt: millis(),
    /** What signed in, in words that tell one's own screens apart. */
    browser: text(),
  },
  (t) => [index('sessions_account').on(t.account), ofAccount('sessions_of_account', t)],
);

/** One-time links that let somebody choose a password: the first one (`invitation`) or a new one (`reset`). */
export const invitations = pgTable(
  'invitations',
  {
    hash: text().primaryKey(),
    orgId: orgId(),
    account: uuid().notNull(),
    kind: text().notNull(),
    createdAt: millis().notNull(),
    expiresAt: millis().notNull(),
    usedAt: millis(),
  },
  (t) => [index('invitations_account').on(t.account), ofAccount('invitations_of_account', t)],
);

export const apiKeys = pgTable('api_keys', {
  id: text().primaryKey(),
  orgId: orgId(),
  name: text().notNull(),
  scopes: text().array().notNull(),
  hash: text().notNull().unique(),
  createdAt: millis().notNull(),
  revokedAt: millis(),
  /** Who made it, as the trail names them; null for those of the environment. */
  madeBy: text(),
  /** To the five minutes; null until it was used. */
  lastUsedAt: millis(),
});

/** TVs and other screens without a person: a session that reads its own wall and nothing else. */
export const devices = pgTable(
  'devices',
  {
    id: text().primaryKey(),
    orgId: orgId(),
    name: text().notNull(),
    scope: text().notNull(),
    hash: text().notNull().unique(),
    createdAt: millis().notNull(),
    revokedAt: millis(),
    /** To the half minute; null until its token was used. */
    lastSeenAt: millis(),
  },
  (t) => [index('devices_made').on(t.orgId, t.createdAt, t.id)],
);

/** The way in for the first administrator: one token, once, for a day. */
export const setupTokens = pgTable('setup_tokens', {
  hash: text().primaryKey(),
  orgId: orgId(),
  createdAt: millis().notNull(),
  expiresAt: millis().notNull(),
  usedAt: millis(),
});

/** Tries at what may be guessed (passwords, one-time links, pairing codes) within the running quarter of an hour, by digest. `orgId` is 0: nobody is known yet. */
export const signInTries = pgTable('sign_in_tries', {
  digest: text().primaryKey(),
  orgId: orgId(),
  since: millis().notNull(),
  tries: integer().notNull(),
});
