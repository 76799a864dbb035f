// npm run organisation -- add NAME: a further organisation in the same house, with a link for its administrator.
import path from 'node:path';
import { systemClock } from '#server/foundation/clock.ts';
import { readConfig } from '#server/foundation/config.ts';
import { migrateDb, openDb } from '#server/foundation/db.ts';
import { startServers } from '#server/foundation/embedded/services.ts';
import { alignPositions } from '#server/log/base-store.ts';
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
const servers = await startServers(config, false);
await migrateDb(servers.databaseUrl, path.join(root, 'drizzle'));
await alignPositions(servers.databaseUrl);
const db = openDb(servers.databaseUrl, 2);
const ground = { db, clock: systemClock, config, log: openLog(db, systemClock, false) };
const orgId = await addOrganisation(ground, { name });
const link = await invite(ground, orgId);
console.log(`Organisation ${orgId}: ${name}`);
console.log(`Set up: ${config.ORIGIN ?? `http://${config.HOST}:${config.PORT}`}${link}`);
ground.log.bell.close();
await db.close();
await servers.stop();
