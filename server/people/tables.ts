import { bigint, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const millis = () => bigint({ mode: 'number' });
const orgId = () => integer().notNull();
/** Where in the log this row was last written: an older event never overwrites a newer one. */
const position = () => millis().notNull();

export const organisations = pgTable('organisations', {
  id: integer().primaryKey().generatedByDefaultAsIdentity(),
  name: text().notNull(),
  timeZone: text().notNull(),
  currency: text().notNull(),
  /** The earliest time accepted, epoch ms. */
  epoch: millis().notNull(),
  settings: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  position: millis().notNull().default(0),
});

/** How far the people of an organisation have changed: what is cached is good while this stands. */
export const peopleVersions = pgTable('people_versions', { orgId: integer().primaryKey(), position: position() });

export const sites = pgTable(
  'sites',
  {
    orgId: orgId(),
    id: text().notNull(),
    name: text().notNull(),
    timeZone: text().notNull(),
    /** Position of the first save: the smallest is the organisation's first site. */
    since: position(),
    position: position(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.id] })],
);

export const teams = pgTable(
  'teams',
  {
    orgId: orgId(),
    id: text().notNull(),
    name: text().notNull(),
    site: text().notNull(),
    supervisor: text(),
    position: position(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.id] }), index('teams_supervisor').on(t.orgId, t.supervisor)],
);

export const queues = pgTable(
  'queues',
  {
    orgId: orgId(),
    id: text().notNull(),
    name: text().notNull(),
    site: text(),
    serviceLevelMs: integer().notNull(),
    shortMs: integer().notNull(),
    abandonShortMs: integer().notNull(),
    position: position(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.id] })],
);

export const people = pgTable(
  'people',
  {
    orgId: orgId(),
    id: text().notNull(),
    roles: text().array().notNull(),
    team: text(),
    startedOn: text(),
    position: position(),
    /** Position of the last word on this person's identities. */
    identified: millis().notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.id] }), index('people_position').on(t.orgId, t.position)],
);

/** What names a person, apart from everything that is derived from the log: erasing someone empties this row. */
export const personNames = pgTable(
  'person_names',
  { orgId: orgId(), person: text().notNull(), name: text().notNull(), email: text() },
  (t) => [primaryKey({ columns: [t.orgId, t.person] })],
);

/** In which team a person was from when on; the first holds from the epoch. */
export const memberships = pgTable(
  'memberships',
  { orgId: orgId(), person: text().notNull(), team: text(), from: millis().notNull(), position: position() },
  (t) => [primaryKey({ columns: [t.orgId, t.person, t.from] })],
);

/** Which agent of a source is which person, over [validFrom, validTo). `agent` is a party of the log. */
export const identities = pgTable(
  'identities',
  {
    orgId: orgId(),
    person: text().notNull(),
    source: text().notNull(),
    agent: integer().notNull(),
    validFrom: millis().notNull(),
    validTo: millis().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.agent, t.validFrom] }), index('identities_person').on(t.orgId, t.person)],
);
