// npm run restore -- FILE [--replace | --check]: puts a backup into an empty database and compares it with what was taken.
import path from 'node:path';
import { checkBackup, putBackup } from '#server/foundation/backup/putting.ts';
import { readConfig } from '#server/foundation/config.ts';
import { startServers } from '#server/foundation/embedded/services.ts';
import { forgetAll, openRedis } from '#server/foundation/redis.ts';
import { alignPositions, freeFlows } from '#server/log/base-store.ts';

const root = path.resolve(import.meta.dirname, '..');
const [given, option, ...rest] = process.argv.slice(2);
if (!given || given.startsWith('-') || rest.length > 0 || ![undefined, '--replace', '--check'].includes(option))
  fail(new Error('Usage: npm run restore -- FILE [--replace | --check]'));
const file = path.resolve(process.env.FLOORLIGHT_CWD ?? '.', given);
const started = performance.now();
if (option === '--check') {
  tell(await checkBackup(file).catch(fail));
  process.exit(0);
}

// its own data folder is claimed: no house may start on it meanwhile
const servers = await startServers(readConfig(process.env, root), true).catch(fail);
const place = { databaseUrl: servers.databaseUrl, folder: path.join(root, 'drizzle'), replace: option === '--replace' };
const put = await putBackup(file, place).catch(async (error: Error) => {
  await servers.stop();
  return fail(error);
});
await alignPositions(servers.databaseUrl);
await freeFlows(servers.databaseUrl);
const redis = openRedis(servers.redisUrl);
await redis
  .connect()
  .then(() => forgetAll(redis))
  .catch(() => console.error('Redis does not answer: empty it before the house starts on what was restored.'));
redis.disconnect();
await servers.stop();
tell(put);

function tell(done: object): void {
  console.log(JSON.stringify({ file, ...done, seconds: Math.round(performance.now() - started) / 1000 }));
}

function fail(error: Error): never {
  console.error(error.message);
  process.exit(1);
}
