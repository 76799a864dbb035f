import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Person } from '#contract/people.ts';
import { SCOPES } from '#contract/words.ts';
import type { Ground } from '#server/log/ground.ts';
import { createKey, revokeKey, saveAccount } from '#server/people/accounts/commands.ts';
import { openKeysNamed } from '#server/people/accounts/store.ts';
import { atDesk, tell } from '#server/people/commands.ts';
import { rosterOf } from '#server/people/roster.ts';
import { organisationRows, saveOrganisation } from '#server/people/store.ts';
import { NEW_HIRE_DAYS } from './agents.ts';
import { type Cast, castOf, DEMO_PASSWORD, emailOf, ORGANISATION, peopleOf, SOURCES, type Staff } from './cast.ts';
import { AGENT_SCORECARD, BOARDS, KPI_CHANGES, REWARDS, TARGETS } from './measures.ts';
import { agentsAt } from './shift.ts';
import { catchUp, type Door, farthest, stopStream, stream } from './stream.ts';

/** What the demo needs of the house. */
export type DemoHouse = { app: FastifyInstance; ground: Ground };
export type DemoLogin = { email: string; name: string; role: string; password: string };

/**
 * Brings the demo organisation to life through the public doors: at the first start its people, definitions and history,
 * later what was missed; from then on the day goes on by itself until the house closes.
 * Does nothing where the demo is off, this process has no doors, or the organisation is somebody's own.
 * @returns lines to print: e-mail, password and role of the log-ins
 */
export async function beginDemo({ app, ground }: DemoHouse, log: Logger): Promise<string[]> {
  const { DEMO, ROLES } = ground.config;
  const orgId = (await organisationRows(ground.db.lobby))[0]?.id;
  if (DEMO === 'off' || !ROLES.includes('web') || orgId === undefined) return [];
  const cast = await castFor(ground, orgId);
  if (!cast) return [];
  const door = await doorOf({ app, ground }, orgId);
  const since = await farthest(door);
  if (since === null) await furnishOrganisation(door, cast);
  await catchUp(door, { cast, since, log });
  stream(door, { cast, log });
  return loginsAt(cast, ground.clock.now()).map(
    ({ email, password, role }) => `  ${email.padEnd(34)}${password}  ${role}`,
  );
}

/** `GET /api/v1/demo`: the public log-ins, empty where there is no demo. Also ends the stream when the house closes. */
export async function demoRoutes(app: FastifyInstance, ground: Ground): Promise<void> {
  app.addHook('preClose', () => stopStream(ground));
  app.get('/api/v1/demo', { config: { may: 'anyone' } }, async () => {
    const orgId = ground.config.DEMO === 'on' ? (await organisationRows(ground.db.lobby))[0]?.id : undefined;
    const cast = orgId === undefined ? null : await castFor(ground, orgId);
    return {
      logins: cast && orgId !== undefined && (await isOurs(ground, orgId)) ? loginsAt(cast, ground.clock.now()) : [],
    };
  });
}

const NEW_HIRE = 'althea';
const KEY_NAME = 'Living demo';
const DAY_MS = 86_400_000;

/** Two agents and the supervisor of whoever is longest at work right now, so that their day shows something, then one of each role. */
function loginsAt(cast: Cast, now: number): DemoLogin[] {
  const working = agentsAt(cast, now);
  const team = working[0]?.team;
  const agents = (working.length > 0 ? working : cast.agents)
    .slice(0, 2)
    .map(({ id, name }) => ({ id, name, role: 'agent' }));
  const isFirst = (one: Staff) => cast.staff.find(({ role }) => role === one.role) === one;
  const staff = cast.staff.filter((one) =>
    one.role === 'supervisor' ? one.team === (team ?? cast.teams[0]?.id) : isFirst(one),
  );
  return [...agents, ...staff].map(({ id, name, role }) => ({
    email: emailOf(id),
    name,
    role,
    password: DEMO_PASSWORD,
  }));
}

async function isOurs({ db }: Pick<Ground, 'db'>, orgId: number): Promise<boolean> {
  return (await rosterOf(db.of(orgId), orgId)).people.has(NEW_HIRE);
}

/** The cast since its first day, which the new hire's tells; null where somebody else's teams work. */
async function castFor({ db, clock }: Pick<Ground, 'db' | 'clock'>, orgId: number): Promise<Cast | null> {
  const { people, teams } = await rosterOf(db.of(orgId), orgId);
  const hired = people.get(NEW_HIRE)?.startedOn;
  const today = new Date(clock.now()).toISOString().slice(0, 10);
  if (hired)
    return castOf(new Date(Date.parse(`${hired}T00:00:00Z`) + NEW_HIRE_DAYS * DAY_MS).toISOString().slice(0, 10));
  const isNew = [...teams.keys()].every((id) => castOf(today).teams.some((team) => team.id === id));
  return isNew ? castOf(today) : null;
}

/** A key of its own for every run; the one before is revoked. */
async function doorOf({ app, ground }: DemoHouse, orgId: number): Promise<Door> {
  const old = await openKeysNamed(ground.db.of(orgId), orgId, KEY_NAME);
  for (const { id } of old) await revokeKey(ground, orgId, { id });
  const { key } = await createKey(ground, orgId, { name: KEY_NAME, scopes: [...SCOPES] });
  const { currency } = (await rosterOf(ground.db.of(orgId), orgId)).organisation;
  return { app, ground, orgId, currency, authorization: `Bearer ${key}` };
}

async function furnishOrganisation(door: Door, cast: Cast): Promise<void> {
  await nameOrganisation(door, cast);
  const teams = cast.teams.map(({ id, name, site, supervisor }) => ({ id, name, site, supervisor }));
  await put(door, 'sites', cast.sites);
  await put(door, 'teams', teams);
  await put(door, 'queues', cast.queues);
  await put(door, 'people', peopleOf(cast));
  // what the demo tells of the last month is meant to have been played
  await put(
    door,
    'sources',
    Object.values(SOURCES).map((name) => ({ name, backfill: 'award' })),
  );
  for (const { id, ...change } of KPI_CHANGES) await put(door, `kpis/${id}`, change);
  await put(door, 'targets', TARGETS);
  await put(door, 'scorecards/agent', AGENT_SCORECARD);
  for (const { id, ...board } of BOARDS) await put(door, `boards/${id}`, board);
  await put(door, 'rewards', REWARDS);
  await openAccounts(door, peopleOf(cast));
}

/** The name and the zone have no public door: they are the organisation's from its making. */
async function nameOrganisation({ ground, orgId }: Door, cast: Cast): Promise<void> {
  const { version: _, organisation } = await rosterOf(ground.db.of(orgId), orgId);
  const row = { ...organisation, name: ORGANISATION, timeZone: cast.sites[0]?.timeZone ?? organisation.timeZone };
  await atDesk(ground, orgId, async (desk) => {
    const { position } = await tell(desk, [{ type: 'organisation.saved', data: row }]);
    await saveOrganisation(desk.tx, orgId, { ...row, position });
  });
}

async function put({ app, authorization }: Door, path: string, payload: object): Promise<void> {
  const reply = await app.inject({ method: 'PUT', url: `/api/v1/${path}`, headers: { authorization }, payload });
  if (reply.statusCode !== 200) throw new Error(`The demo could not save ${path}: ${reply.body}`);
}

/** One after the other: each password takes a core and 20 MB for a moment. */
async function openAccounts({ ground, orgId }: Door, people: Person[]): Promise<void> {
  for (const { id, email } of people)
    await saveAccount(ground, { orgId, person: id }, { email: email ?? undefined, password: DEMO_PASSWORD });
}
