// npm run backup -- FILE: everything that stands in the database, as it is in one moment, while the house goes on.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { takeBackup } from '#server/foundation/backup/taking.ts';
import { readConfig } from '#server/foundation/config.ts';
import { openOwnDb } from '#server/foundation/db.ts';
import { startServers } from '#server/foundation/embedded/services.ts';

const root = path.resolve(import.meta.dirname, '..');
const [given, ...rest] = process.argv.slice(2);
if (!given || given.startsWith('-') || rest.length > 0) fail('Usage: npm run backup -- FILE', 2);
const file = path.resolve(process.env.FLOORLIGHT_CWD ?? '.', given);
if (existsSync(file)) fail(`${file} is there already; it is not written over.`, 1);

const started = performance.now();
const servers = await startServers(readConfig(process.env, root), false);
const db = openOwnDb(servers.databaseUrl, 1);
const taken = await takeBackup(db.every, file, path.join(root, 'drizzle')).catch((error: Error) =>
  fail(error.message, 1),
);
await db.close();
await servers.stop();
console.log(JSON.stringify({ file, ...taken, seconds: Math.round(performance.now() - started) / 1000 }));

function fail(message: string, code: number): never {
  console.error(message);
  process.exit(code);
}
