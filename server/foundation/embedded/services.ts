import path from 'node:path';
import type { Config } from '../config.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

export type Servers = { databaseUrl: string; redisUrl: string; stop(): Promise<void> };

/** PostgreSQL and Redis: the ones that the configuration names, else private ones below the data folder. */
export async function startServers(config: Config): Promise<Servers> {
  const own: (() => Promise<void>)[] = [];
  const [databaseUrl, redisUrl] = await Promise.all([
    config.DATABASE_URL ?? startPostgres({ dataDir: path.join(config.dataDir, 'pg') }).then(keep(own)),
    config.REDIS_URL ?? startRedis({ dataDir: path.join(config.dataDir, 'redis'), cache: config.dataDir }).then(keep(own)),
  ]);
  return {
    databaseUrl,
    redisUrl,
    stop: async () => {
      await Promise.all(own.map((stop) => stop()));
    },
  };
}

const keep = (own: (() => Promise<void>)[]) => (server: { url: string; stop(): Promise<void> }) => {
  own.push(server.stop);
  return server.url;
};
