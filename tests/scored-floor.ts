import Fastify, { type FastifyInstance } from 'fastify';
import { attainmentConsumer, kpiConsumer } from '../server/attainment/consumer.ts';
import { routes } from '../server/doors.ts';
import { facts } from '../server/facts/consumer.ts';
import { furnish } from '../server/foundation/http.ts';
import type { NewEvent } from '../server/log/catalogue.ts';
import { createKey, saveAccount } from '../server/people/accounts/commands.ts';
import { addOrganisation } from '../server/people/begin.ts';
import { peopleConsumer } from '../server/people/consumer.ts';
import { guard } from '../server/people/door.ts';
import { type Role, SCOPES, type Scope } from '../src/lib/contract/words.ts';
import { newWorld, type World } from './world.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are read as scripts read them
export type Answer = { status: number; body: any };
export type Hand = (method: 'GET' | 'PUT' | 'POST', url: string, body?: unknown) => Promise<Answer>;

export type Door = { method: string; url: string };

/** The house up to attainment, with the small cast of two teams; ana is 1001 and ben is 1002 of the source `acd`. */
export type ScoredFloor = World & {
  /** Every door, in the order in which they were built. */
  doors: readonly Door[];
  app: FastifyInstance;
  api: Hand;
  key(...scopes: Scope[]): Promise<Hand>;
  cookieOf(id: string, roles: Role[], team?: string): Promise<{ cookie: string }>;
  signedIn(id: string, roles: Role[], team?: string): Promise<Hand>;
  /** Appends events at once and lets the flow pass. */
  told(...events: NewEvent[]): Promise<void>;
};

export const CONSUMERS = [peopleConsumer, facts, kpiConsumer, attainmentConsumer];
const PASSWORD = 'correct horse battery';

/** With other options than these the world is another; with none of them the whole flow runs. */
export async function newScoredFloor(
  options: Parameters<typeof newWorld>[0] = { consumers: CONSUMERS },
): Promise<ScoredFloor> {
  const world = await newWorld(options);
  await addOrganisation(world, { id: world.orgId, name: 'Northwind', timeZone: 'Europe/Berlin' });
  const app = Fastify();
  const doors: Door[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') doors.push({ method: one, url });
  });
  furnish(app);
  guard(app, world);
  for (const room of routes) await app.register((scope) => room(scope, world));
  await app.ready();
  const as =
    (headers: Record<string, string>): Hand =>
    async (method, url, body) => {
      const answer = await app.inject({
        method,
        url,
        headers,
        ...(body === undefined ? {} : { payload: body as object }),
      });
      const isJson = String(answer.headers['content-type']).includes('json');
      return { status: answer.statusCode, body: isJson ? answer.json() : answer.body || null };
    };
  const key = async (...scopes: Scope[]) => {
    const made = await createKey(world, world.orgId, {
      name: 'test',
      scopes: scopes.length > 0 ? scopes : [...SCOPES],
    });
    return as({ authorization: `Bearer ${made.key}` });
  };
  const api = await key();
  const cookieOf = async (id: string, roles: Role[], team?: string) => {
    const email = `${id}-${world.orgId}@example.org`;
    await api('PUT', '/api/v1/people', [
      { id, name: id.charAt(0).toUpperCase() + id.slice(1), roles, email, ...(team ? { team } : {}) },
    ]);
    await saveAccount(world, { orgId: world.orgId, person: id }, { password: PASSWORD });
    const session = await app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { email, password: PASSWORD },
    });
    return { cookie: String(session.headers['set-cookie']).split(';')[0] ?? '' };
  };
  const signedIn = async (id: string, roles: Role[], team?: string) => as(await cookieOf(id, roles, team));
  const told = async (...events: NewEvent[]) => {
    await world.log.submit(world.orgId, events);
    await world.settle();
  };
  await cast(api);
  await world.settle();
  return {
    ...world,
    doors,
    app,
    api,
    key,
    cookieOf,
    signedIn,
    told,
    close: async () => {
      await app.close();
      await world.close();
    },
  };
}

/** A handled call of an agent; times in ISO, durations in ms. */
export function call(
  id: string,
  agent: string,
  more: { at?: string; talkMs?: number; queue?: string; acwMs?: number; transfer?: string } = {},
): NewEvent {
  const { at = '2026-03-11T09:00:00Z', talkMs = 200_000, queue = 'billing', acwMs = 20_000, transfer = 'none' } = more;
  const ended = Date.parse(at);
  return {
    source: 'acd',
    id,
    type: 'interaction.ended',
    time: ended,
    interaction: `i-${id}`,
    agent: { source: 'acd', name: agent },
    data: {
      queue,
      channel: 'voice',
      direction: 'inbound',
      offeredAt: new Date(ended - talkMs - 10_000).toISOString(),
      endedAt: at,
      waitMs: 10_000,
      ringMs: 0,
      talkMs,
      holdMs: 0,
      holdCount: 0,
      acwMs,
      outcome: 'handled',
      transfer,
    },
  };
}

async function cast(api: Hand): Promise<void> {
  await api('PUT', '/api/v1/teams', [
    { id: 'red', name: 'Red', site: 'main', supervisor: 'rita' },
    { id: 'blue', name: 'Blue', site: 'main' },
  ]);
  await api('PUT', '/api/v1/queues', [
    { id: 'billing', name: 'Billing', serviceLevelMs: 20_000, shortMs: 10_000 },
    { id: 'claims' },
  ]);
  await api('PUT', '/api/v1/people', [
    { id: 'ana', name: 'Ana', roles: ['agent'], team: 'red', identities: [{ source: 'acd', agent: '1001' }] },
    { id: 'ben', name: 'Ben', roles: ['agent'], team: 'red', identities: [{ source: 'acd', agent: '1002' }] },
    { id: 'cleo', name: 'Cleo', roles: ['agent'], team: 'blue', identities: [{ source: 'acd', agent: '1003' }] },
  ]);
}
