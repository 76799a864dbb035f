import { z } from 'zod';
import { Id, Instant, Role, type Scope, Text } from './words.ts';

const Day = z.iso.date();

export const Site = z.object({ id: Id, name: Text(100), timeZone: Text(64) });
export const Team = z.object({ id: Id, name: Text(100), site: Id, supervisor: Id.nullish() });
export const Queue = z.object({
  id: Text(64),
  name: Text(100).optional(),
  site: Id.optional(),
  serviceLevelMs: z.int().min(0).max(3_600_000).optional(),
  shortMs: z.int().min(0).max(3_600_000).optional(),
  abandonShortMs: z.int().min(0).max(3_600_000).optional(),
});
export const Identity = z.object({
  source: Text(200),
  agent: Text(200),
  from: Instant.nullish(),
  to: Instant.nullish(),
});
export const Person = z.object({
  id: Id,
  name: Text(200).optional(),
  email: z.email().max(254).nullish(),
  roles: z.array(Role).min(1).max(7).optional(),
  team: Id.optional(),
  startedOn: Day.nullish(),
  identities: z.array(Identity).max(100).optional(),
});

export type Site = z.infer<typeof Site>;
export type Team = z.infer<typeof Team>;
export type Queue = z.infer<typeof Queue>;
export type Identity = z.infer<typeof Identity>;
export type Person = z.infer<typeof Person>;

/** An agent of a source that no person answers for yet. */
export type Unmapped = { source: string; agent: string; events: number; firstAt: string; lastAt: string };

/** Who is signed in, as `GET /api/v1/session` tells it. */
export type Session = {
  organisation: { name: string; timeZone: string; currency: string };
  account: { email: string } | null;
  person: {
    id: string;
    name: string;
    team: string | null;
    teamName: string | null;
    site: string | null;
    timeZone: string;
  } | null;
  roles: Role[];
  /** Whose figures are shown one by one: everybody's, or those of the people of these teams. */
  sees: 'all' | { id: string; name: string }[];
  demo: boolean;
};

/** Name and zone of the whole house; its sites have zones of their own. */
export const OrganisationWish = z.object({ name: Text(100).optional(), timeZone: Text(64).optional() });
export type OrganisationWish = z.infer<typeof OrganisationWish>;

/** What the trail of rights tells of: the first part of an act (`key.made`). */
export const AUDIT_KINDS = ['account', 'person', 'key', 'organisation'] as const;
/** An entry of the trail; `actor` and `object` as `person:ID` or `key:ID`, and what they are called now. */
export type AuditEntry = {
  number: number;
  at: string;
  actor: string;
  act: string;
  object: string;
  actorName: string;
  objectName: string;
};

/** How far a person's way in is. Nobody is on this list without an account. */
export type AccountState = {
  person: string;
  email: string;
  state: 'invited' | 'lapsed' | 'active' | 'disabled';
  signedInAt: string | null;
  invitedUntil: string | null;
};

/** A key as the list shows it. */
export type KeyShown = {
  id: string;
  name: string;
  scopes: Scope[];
  createdAt: string;
  revokedAt: string | null;
  madeBy: string | null;
  lastUsedAt: string | null;
};

export const SignIn = z.object({ email: z.email().max(254), password: z.string().min(1).max(1000) });
