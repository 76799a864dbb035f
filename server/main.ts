import path from 'node:path';
import closeWithGrace from 'close-with-grace';
import { systemClock } from '#server/foundation/clock.ts';
import { readConfig } from '#server/foundation/config.ts';
import { migrateDb } from '#server/foundation/db.ts';
import { startServers } from '#server/foundation/embedded/services.ts';
import { openLogger } from '#server/foundation/logging.ts';
import { builtPages, devPages } from '#server/foundation/pages.ts';
import { alignPositions } from '#server/log/base-store.ts';
import { beginDemo } from './demo/begin.ts';
import { openHouse } from './house.ts';
import { begin } from './people/begin.ts';

const root = path.resolve(import.meta.dirname, '..');
const config = told(() => readConfig(process.env, root));
const log = openLogger(config.LOG_LEVEL);

const servers = await startServers(config, true).catch(fail);
await migrateDb(servers.databaseUrl, path.join(root, 'drizzle')).catch(fail);
await alignPositions(servers.databaseUrl);
const house = await openHouse({
  config,
  ...servers,
  clock: systemClock,
  log,
  pages: process.argv.includes('--dev') ? devPages : builtPages,
});

closeWithGrace({ delay: 25_000, logger: false }, async ({ err }) => {
  // a supervisor tells the whole group, and the parent passes it on: the second telling must not cut the first short
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(signal).on(signal, () => {});
  if (err) log.error({ err }, 'stopped by an error');
  await house.close();
  await servers.stop();
});
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

const welcome = await begin(house.ground);
// thousands come back at once after a restart; whoever finds the line of 511 full tries again after seconds
await house.app.listen({ host: config.HOST, port: config.PORT, backlog: 4_096 });
const logins = await beginDemo(house, log);
house.work();
const at = config.ORIGIN ?? house.app.listeningOrigin;
console.log(`Floorlight is ready at ${at}`);
if (welcome.setUp) console.log(`Set up: ${at}${welcome.setUp}`);
for (const line of logins) console.log(line);

function told<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return fail(error as Error);
  }
}

function fail(error: Error): never {
  console.error(error.message);
  process.exit(1);
}
