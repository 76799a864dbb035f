import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import { Counter, Gauge, Histogram, type Metric } from 'prom-client';
import type { Db } from './db.ts';

/** Metrics belong to the room that they are about and count for the whole process; whoever builds the house hands their lists on. */
export type Metrics = readonly Metric[];

const registers: [] = [];

export const doorSeconds = new Histogram({
  name: 'floorlight_http_request_seconds',
  help: 'Time from a request to its answer, by the pattern of its route (never by what was asked)',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 1, 5],
  registers,
});

export const refusals = new Counter({
  name: 'floorlight_refusals_total',
  help: 'Requests that were refused, by code; the code failure is our own',
  labelNames: ['code', 'status'],
  registers,
});

/** Times every answer. Whatever no route takes counts as the route `none`. */
export function timeDoors(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    doorSeconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
}

/** The doors, and what stands below all rooms: connections and how long the database and Redis take to say a word. */
export function groundMetrics({ db, redis }: { db: Db; redis: Redis }): Metrics {
  return [
    doorSeconds,
    refusals,
    new Gauge({
      name: 'floorlight_database_connections',
      help: 'Connections of this process to PostgreSQL; waiting is who waits for one',
      labelNames: ['state'],
      registers,
      collect() {
        const { busy, idle, waiting } = db.load();
        this.set({ state: 'busy' }, busy);
        this.set({ state: 'idle' }, idle);
        this.set({ state: 'waiting' }, waiting);
      },
    }),
    new Gauge({
      name: 'floorlight_database_answer_seconds',
      help: 'How long PostgreSQL took for a word just now, the wait for a connection included; absent when it did not answer',
      registers,
      async collect() {
        await timed(this, () => db.lobby.rows('select 1'));
      },
    }),
    new Gauge({
      name: 'floorlight_redis_answer_seconds',
      help: 'How long Redis took for a word just now; absent when it did not answer',
      registers,
      async collect() {
        await timed(this, () => redis.ping());
      },
    }),
  ];
}

async function timed(gauge: Gauge, ask: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  gauge.reset();
  await ask().then(
    () => gauge.set((performance.now() - started) / 1000),
    () => gauge.remove(),
  );
}
