import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config.ts';
import { startPostgres } from './postgres.ts';
import { isAlive, type Running } from './processes.ts';
import { startRedis } from './redis.ts';

export type Servers = { databaseUrl: string; redisUrl: string; stop(): Promise<void> };

/**
 * PostgreSQL and Redis: the ones that the configuration names, else private ones below the data folder.
 * @param owner whether this process stops them in the end; a passing tool stops only what it started
 */
export async function startServers(config: Config, owner: boolean): Promise<Servers> {
  const { DATABASE_URL, REDIS_URL, dataDir } = config;
  mkdirSync(dataDir, { recursive: true });
  if (owner) claim(dataDir);
  const own: Running[] = [];
  const start = async (server: Promise<Running>): Promise<string> => {
    const running = await server;
    if (owner || !running.adopted) own.push(running);
    return running.url;
  };
  const [databaseUrl, redisUrl] = await Promise.all([
    DATABASE_URL ?? start(startPostgres({ dataDir: path.join(dataDir, 'pg') })),
    REDIS_URL ?? start(startRedis({ dataDir: path.join(dataDir, 'redis'), cache: dataDir })),
  ]);
  return {
    databaseUrl,
    redisUrl,
    stop: async () => {
      await Promise.all(own.map((server) => server.stop()));
      if (owner) rmSync(path.join(dataDir, CLAIM), { force: true });
    },
  };
}

const CLAIM = 'floorlight.pid';

/** One house per data folder: a second one would pull the servers away from under the first. */
function claim(dataDir: string): void {
  const file = path.join(dataDir, CLAIM);
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (pid && pid !== process.pid && isAlive(pid) && isNode(pid)) {
    throw new Error(
      `Floorlight runs already on ${dataDir} (process ${pid}). Stop it first, or give this one a DATA_DIR of its own.`,
    );
  }
  writeFileSync(file, String(process.pid));
}

/** A pid may have gone to another program since. */
function isNode(pid: number): boolean {
  const line = `/proc/${pid}/cmdline`;
  return !existsSync(line) || readFileSync(line, 'utf8').includes('main.ts');
}
