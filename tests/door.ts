import Fastify, { type FastifyInstance } from 'fastify';
import { furnish } from '../server/foundation/http.ts';
import { sourcesConsumer } from '../server/ingest/consumer.ts';
import { importRoutes } from '../server/ingest/import-routes.ts';
import { ingestRoutes } from '../server/ingest/routes.ts';
import { createKey } from '../server/people/accounts/commands.ts';
import { addOrganisation } from '../server/people/begin.ts';
import { peopleConsumer } from '../server/people/consumer.ts';
import { guard } from '../server/people/door.ts';
import { peopleRoutes } from '../server/people/routes.ts';
import { SCOPES, type Scope } from '../src/lib/contract/words.ts';
import { newWorld, type World } from './world.ts';

/** An organisation behind the doors of people and ingest, on a real database; the flow turns after every change. */
export type DoorWorld = World & {
  app: FastifyInstance;
  key(...scopes: Scope[]): Promise<string>;
  settled(): Promise<void>;
};

export async function newDoor(options: { now?: number } = {}): Promise<DoorWorld> {
  const world = await newWorld({ ...options, consumers: [peopleConsumer, sourcesConsumer] });
  await addOrganisation(world, { id: world.orgId, name: 'Northwind', timeZone: 'Europe/Berlin' });
  const app = Fastify();
  furnish(app);
  guard(app, world);
  await app.register((scope) => peopleRoutes(scope, world));
  await app.register((scope) => ingestRoutes(scope, world));
  await app.register((scope) => importRoutes(scope, world));
  let turning: Promise<void> = Promise.resolve();
  const settled = () => {
    turning = turning.then(() => world.settle());
    return turning;
  };
  app.addHook('onResponse', async (request) => {
    if (request.method !== 'GET') await settled();
  });
  await app.ready();
  return {
    ...world,
    app,
    settled,
    key: async (...scopes) =>
      (await createKey(world, world.orgId, { name: 'test', scopes: scopes.length > 0 ? scopes : [...SCOPES] })).key,
    close: async () => {
      await app.close();
      await turning;
      await world.close();
    },
  };
}
