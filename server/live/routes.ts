import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { groundMetrics, type Metrics } from '#server/foundation/metrics.ts';
import { knownMigrations } from '#server/foundation/migrations.ts';
import type { Ground } from '#server/log/ground.ts';
import { lagMetrics, ownMetrics, type Stage } from '#server/log/lag.ts';
import { orgOf } from '#server/people/door.ts';
import { loadMetrics } from '#server/people/load/metrics.ts';
import { seeMetrics } from '#server/people/may.ts';
import { readiness } from './readiness.ts';

const MIGRATIONS = path.resolve(import.meta.dirname, '../../drizzle');

/** What the rooms count, and the stages that events pass. */
export type Gauges = { metrics: Metrics; stages: readonly Stage[] };

/** Whether the process lives, whether it can serve, and how it does. */
export const statusDoor =
  ({ metrics, stages }: Gauges) =>
  async (app: FastifyInstance, ground: Ground): Promise<void> => {
    const expected = knownMigrations(MIGRATIONS).at(-1)?.when ?? 0;
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    for (const metric of [...groundMetrics(ground), ...loadMetrics(app), ...metrics, ...lagMetrics(ground, stages)])
      registry.registerMetric(metric);

    app.get('/healthz', { config: { may: 'anyone' } }, async () => ({ ok: true }));
    app.get('/readyz', { config: { may: 'anyone' } }, async (_request, reply) => {
      const { ready, ...told } = await readiness(ground, { expected, leaving: app.leaving.begun });
      return reply.code(ready ? 200 : 503).send({ ok: ready, ...told });
    });
    app.get('/metrics', { config: { may: seeMetrics } }, async (request, reply) => {
      const own = new Registry();
      for (const metric of await ownMetrics(ground, orgOf(request), stages)) own.registerMetric(metric);
      return reply.type(registry.contentType).send(`${await registry.metrics()}\n${await own.metrics()}`);
    });
  };
