import Fastify, { type FastifyInstance } from 'fastify';
import { furnish } from '../server/foundation/http.ts';
import { createKey, saveAccount } from '../server/people/accounts/commands.ts';
import { deviceRoutes } from '../server/people/accounts/device-routes.ts';
import { invitationRoutes } from '../server/people/accounts/invitation-routes.ts';
import { accountRoutes } from '../server/people/accounts/routes.ts';
import { ownAccountRoutes } from '../server/people/accounts/session-routes.ts';
import { stateRoutes } from '../server/people/accounts/state-routes.ts';
import { auditRoutes } from '../server/people/audit/routes.ts';
import { addOrganisation } from '../server/people/begin.ts';
import { peopleConsumer } from '../server/people/consumer.ts';
import { guard } from '../server/people/door.ts';
import { lookRoutes } from '../server/people/looks/routes.ts';
import { organisationRoutes } from '../server/people/organisation-routes.ts';
import { peopleRoutes } from '../server/people/routes.ts';
import { type Role, SCOPES, type Scope } from '../src/lib/contract/words.ts';
import { newWorld, type World } from './world.ts';

export const PASSWORD = 'correct horse battery';
type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';
// biome-ignore lint/suspicious/noExplicitAny: answers are read as scripts read them
export type Answer = { status: number; body: any; headers: Record<string, unknown> };
export type Hand = (method: Method, url: string, body?: unknown) => Promise<Answer>;

/** One organisation behind the doors of the people room alone, on a real database, and ways to knock. */
export type FloorWorld = World & {
  app: FastifyInstance;
  /** Knocks with these headers. */
  as(headers: Record<string, string>): Hand;
  /** Knocks with a fresh key of these scopes (all by default). */
  key(...scopes: Scope[]): Promise<Hand>;
  /** Makes a person with an account, and knocks with a fresh session. */
  signedIn(id: string, roles: Role[], team?: string): Promise<Hand>;
};

export async function newFloor(env: Record<string, string> = {}): Promise<FloorWorld> {
  const world = await newWorld({ consumers: [peopleConsumer], env });
  await addOrganisation(world, { id: world.orgId, name: 'Northwind', timeZone: 'Europe/Berlin' });
  const app = Fastify();
  furnish(app);
  guard(app, world);
  await app.register((scope) => peopleRoutes(scope, world));
  await app.register((scope) => accountRoutes(scope, world));
  await app.register((scope) => invitationRoutes(scope, world));
  await app.register((scope) => ownAccountRoutes(scope, world));
  await app.register((scope) => auditRoutes(scope, world));
  await app.register((scope) => lookRoutes(scope, world));
  await app.register((scope) => organisationRoutes(scope, world));
  await app.register((scope) => stateRoutes(scope, world));
  await app.register((scope) => deviceRoutes(scope, world));
  await app.ready();
  const as = handOf(app);
  const key = async (...scopes: Scope[]) => {
    const made = await createKey(world, world.orgId, {
      name: 'test',
      scopes: scopes.length > 0 ? scopes : [...SCOPES],
    });
    return as({ authorization: `Bearer ${made.key}` });
  };
  const signedIn = async (id: string, roles: Role[], team?: string) => {
    const email = `${id}-${world.orgId}@example.org`;
    await (await key('people:write'))('PUT', '/api/v1/people', [
      { id, name: id, roles, email, ...(team ? { team } : {}) },
    ]);
    await saveAccount(world, { orgId: world.orgId, person: id }, { password: PASSWORD });
    const { headers } = await as({})('POST', '/api/v1/session', { email, password: PASSWORD });
    return as({ cookie: String(headers['set-cookie']).split(';')[0] ?? '' });
  };
  return {
    ...world,
    app,
    as,
    key,
    signedIn,
    close: async () => {
      await app.close();
      await world.close();
    },
  };
}

const handOf =
  (app: FastifyInstance) =>
  (headers: Record<string, string>): Hand =>
  async (method, url, body) => {
    const answer = await app.inject({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return { status: answer.statusCode, body: answer.body ? answer.json() : null, headers: answer.headers };
  };
