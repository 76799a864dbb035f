// Real PostgreSQL and Redis for the room and live tests, thrown away afterwards.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../server/foundation/embedded/postgres.ts';
import { startRedis } from '../server/foundation/embedded/redis.ts';

export default async function servers(project: TestProject) {
  const dir = mkdtempSync(path.join('/var/tmp', 'floorlight-test-'));
  chmodSync(dir, 0o755);
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir: `${dir}/pg`, ephemeral: true }),
    startRedis({ dataDir: `${dir}/redis`, cache: path.resolve('.data'), ephemeral: true }),
  ]);
  project.provide('databaseUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  mkdirSync(`${dir}/houses`);
  project.provide('houses', `${dir}/houses`);
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    rmSync(dir, { recursive: true, force: true });
  };
}

declare module 'vitest' {
  export interface ProvidedContext {
    databaseUrl: string;
    redisUrl: string;
    /** Where each house of a test has a data folder of its own. */
    houses: string;
  }
}
