import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Floor } from './floor.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Derives everything again from the log, as `npm run rebuild -- --verify` does. @returns what differs from what is live */
export async function verified(floor: Floor): Promise<string[]> {
  const env = {
    ...process.env,
    DATABASE_URL: floor.databaseUrl,
    REDIS_URL: floor.servers.redis.url,
    DATA_DIR: path.join(floor.servers.dir, 'again'),
  };
  const child = spawn(process.execPath, [path.join(root, 'server/rebuild.ts'), '--verify'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  child.stdout.on('data', (chunk) => {
    told += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    told += String(chunk);
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return code === 0 ? [] : [`the rebuild differs: ${told.slice(0, 1_000)}`];
}
