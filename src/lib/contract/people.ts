import { z } from 'zod';
import { Id, Instant, Role, Text } from './words.ts';

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
  demo: boolean;
};

export const SignIn = z.object({ email: z.email().max(254), password: z.string().min(1).max(1000) });
