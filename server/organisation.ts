// npm run organisation -- add NAME: a further organisation in the same house, with a link for its administrator.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '#server/foundation/clock.ts';
import { type Config, readConfig } from '#server/foundation/config.ts';
import { migrateDb, openDb } from '#server/foundation/db.ts';
import { startPostgres } from '#server/foundation/embedded/postgres.ts';
import { openLog } from '#server/log/ground.ts';
import { addOrganisation, invite } from './people/begin.ts';

const root = path.resolve(import.meta.dirname, '..');
const [verb, ...words] = process.argv.slice(2);
const name = words.join(' ').trim();
if (verb !== 'add' || name === '' || name.length > 100) {
  console.error('Usage: npm run organisation -- add NAME');
  process.exit(2);
}

const config = readConfig(process.env, root);
const server = await openServer(config);
await migrateDb(server.url, path.join(root, 'drizzle'));
const db = openDb(server.url, 2);
const ground = { db, clock: systemClock, config, log: openLog(db, systemClock, false) };
const orgId = await addOrganisation(ground, { name });
const link = await invite(ground, orgId);
console.log(`Organisation ${orgId}: ${name}`);
console.log(`Set up: ${config.ORIGIN ?? `http://${config.HOST}:${config.PORT}`}${link}`);
ground.log.bell.close();
await db.close();
await server.stop();

/** The database of the configuration; the private one is left running where a house runs on it already. */
async function openServer({ DATABASE_URL, dataDir }: Config): Promise<{ url: string; stop(): Promise<void> }> {
  if (DATABASE_URL) return { url: DATABASE_URL, stop: async () => {} };
  const folder = path.join(dataDir, 'pg');
  const shared = existsSync(path.join(folder, 'postmaster.pid'));
  const server = await startPostgres({ dataDir: folder });
  return shared ? { url: server.url, stop: async () => {} } : server;
}
