import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import pg from 'pg';
import { startPostgres } from '../../server/foundation/embedded/postgres.ts';
import { freePort, isAlive, type Running } from '../../server/foundation/embedded/processes.ts';
import { startRedis } from '../../server/foundation/embedded/redis.ts';
import { startRedisCluster } from '../redis-cluster.ts';

const root = path.resolve(import.meta.dirname, '../..');
const START_MS = 30_000;

/** A server that is killed by its pid and comes back at the same place with the same data. */
export type Server = {
  readonly url: string;
  readonly port: number;
  pid(): number;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
};
/** Where boards are kept: one server, or a cluster, of which one node after the other is killed. */
export type Boards = Server & {
  /** A connection for looking into it. */
  open(): Redis;
  /** Takes everything out of it, as `FLUSHALL` does. */
  empty(): Promise<void>;
};
export type Servers = { dir: string; postgres: Server; redis: Boards; stop(): Promise<void> };
export type Ports = { postgres: number; redis: number };

/** PostgreSQL and Redis as the product would start them, durable, in a folder and at ports that stay. */
export async function openServers(dir: string, isCluster: boolean, known?: Ports): Promise<Servers> {
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o755);
  const ports = known ?? { postgres: await freePort(), redis: await freePort() };
  const postgres = await serverOf(ports.postgres, {
    begin: () => startPostgres({ dataDir: `${dir}/pg`, port: ports.postgres }),
    pid: () => Number(readFileSync(`${dir}/pg/postmaster.pid`, 'utf8').split('\n')[0]),
  });
  const redis = isCluster ? await openCluster() : await openOne(dir, ports.redis);
  const stop = async () => void (await Promise.all([postgres.stop(), redis.stop()]));
  return { dir, postgres, redis, stop };
}

/** One statement on a connection of its own; tried again while the server is away. */
export async function ask<T extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<T[]> {
  const until = Date.now() + START_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    // a backend that is killed under us is told twice
    client.on('error', () => {});
    try {
      await client.connect();
      return (await client.query<T>(text, values)).rows;
    } catch (error) {
      if (Date.now() > until || (error as { severity?: string }).severity === 'ERROR') throw error;
      await wait(100);
    } finally {
      void client.end().catch(() => {});
    }
  }
}

async function openOne(dir: string, port: number): Promise<Boards> {
  const server = await serverOf(port, {
    begin: () => startRedis({ dataDir: `${dir}/redis`, cache: path.join(root, '.data'), port }),
    pid: () => (JSON.parse(readFileSync(`${dir}/redis/server.json`, 'utf8')) as { pid: number }).pid,
  });
  const open = () => heard(new Redis(server.url, { maxRetriesPerRequest: 20 }));
  const empty = async (): Promise<void> => {
    const redis = open();
    await redis.flushall().finally(() => redis.disconnect());
  };
  return { ...server, open, empty };
}

/** Three nodes; the second, which has the keys of the first organisation, is the first to be killed. */
async function openCluster(): Promise<Boards> {
  const cluster = await startRedisCluster();
  if ('missing' in cluster) throw new Error(cluster.missing);
  const { nodes, url } = cluster;
  let turn = 0;
  const victim = () => turn % nodes.length;
  return {
    url,
    port: nodes[0]?.port ?? 0,
    pid: () => nodes[victim()]?.process.pid ?? 0,
    kill: () => {
      turn++;
      return cluster.kill(victim());
    },
    start: () => cluster.revive(victim()),
    stop: () => cluster.stop(),
    open: () => heard(new Cluster(url.split(','), { redisOptions: { maxRetriesPerRequest: 20 } }) as unknown as Redis),
    empty: async () => {
      for (const { port } of nodes) {
        const redis = heard(new Redis(port, '127.0.0.1'));
        await redis.flushall().finally(() => redis.disconnect());
      }
    },
  };
}

/** Whoever looks in is not ended by a line that breaks. */
function heard(redis: Redis): Redis {
  redis.on('error', () => {});
  return redis;
}

async function serverOf(port: number, how: { begin(): Promise<Running>; pid(): number }): Promise<Server> {
  let running = await how.begin();
  return {
    url: running.url,
    port,
    pid: how.pid,
    kill: async () => {
      const pid = how.pid();
      process.kill(pid, 'SIGKILL');
      while (isAlive(pid)) await wait(5);
      if (!running.adopted) await running.stop();
    },
    start: async () => {
      running = await patiently(how.begin);
    },
    stop: () => running.stop(),
  };
}

/** What a killed server left (its helpers, its memory) is in the way for a moment. */
async function patiently(begin: () => Promise<Running>): Promise<Running> {
  const until = Date.now() + START_MS;
  for (;;) {
    try {
      return await begin();
    } catch (error) {
      if (Date.now() > until) throw error;
      await wait(100);
    }
  }
}
