import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { flowPosition, organisationsOf } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { headOf } from '#server/log/store.ts';

/** Whether the process lives, whether it can serve, and how it does. */
export async function statusRoutes(app: FastifyInstance, ground: Ground): Promise<void> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const lag = new Gauge({
    name: 'floorlight_flow_behind',
    help: 'Organisations whose flow is behind their log',
    registers: [registry],
  });

  app.get('/healthz', { config: { may: 'anyone' } }, async () => ({ ok: true }));
  app.get('/readyz', { config: { may: 'anyone' } }, async (_request, reply) => {
    const parts = await dependencies(ground);
    const ok = parts.database && parts.redis;
    return reply.code(ok ? 200 : 503).send({ ok, ...parts });
  });
  app.get('/metrics', { config: { may: 'anyone' } }, async (_request, reply) => {
    const orgs = await organisationsOf(ground.db);
    const behind = await Promise.all(
      orgs.map(async (org) => (await headOf(ground.db, org)) > (await flowPosition(ground.db, org))),
    );
    lag.set(behind.filter(Boolean).length);
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

async function dependencies({ db, redis }: Ground): Promise<{ database: boolean; redis: boolean }> {
  const answers = async (asked: Promise<unknown>): Promise<boolean> =>
    asked.then(
      () => true,
      () => false,
    );
  return { database: await answers(db.rows('select 1')), redis: await answers(redis.ping()) };
}
