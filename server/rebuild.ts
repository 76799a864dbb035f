// npm run rebuild [-- --verify]: derives everything again from the log, beside what is live, and compares or swaps.
import path from 'node:path';
import pino from 'pino';
import { systemClock } from '#server/foundation/clock.ts';
import { readConfig } from '#server/foundation/config.ts';
import { migrateDb, type OwnDb, openOwnDb } from '#server/foundation/db.ts';
import { startServers } from '#server/foundation/embedded/services.ts';
import { openRedis } from '#server/foundation/redis.ts';
import { organisationsOf } from '#server/log/flow-store.ts';
import { openLog } from '#server/log/ground.ts';
import { type Rebuilt, rebuild } from '#server/log/rebuilding.ts';
import { claimShadow, dropShadow, makeShadow, SHADOW } from '#server/log/shadow-store.ts';
import { consumers } from './flow.ts';

const root = path.resolve(import.meta.dirname, '..');
const verify = process.argv.includes('--verify');
const config = readConfig(process.env, root);
const servers = await startServers(config, false);
await migrateDb(servers.databaseUrl, path.join(root, 'drizzle'));
const live = openOwnDb(servers.databaseUrl, 3);
const shadow = openOwnDb(servers.databaseUrl, 4, `${SHADOW},public`);
const redis = openRedis(servers.redisUrl);

const ground = { db: shadow, redis, clock: systemClock, config, log: openLog(shadow, systemClock, false) };
const rooms = consumers(ground);
const tables = rooms.flatMap((consumer) => consumer.tables);
const letGo = await claimShadow(live);
if (!letGo) {
  console.error('Another rebuild or seal is at work on this database.');
  process.exit(1);
}
await makeShadow(live.every, tables);
const log = pino({ level: 'warn' }, pino.destination(2));
const results = await all(live);
await dropShadow(live.every);
letGo();
redis.disconnect();
await Promise.all([live.close(), shadow.close()]);
await servers.stop();
for (const { differences } of results) for (const line of differences) console.error(line);
console.log(
  JSON.stringify({
    events: sum((r) => r.events),
    seconds: sum((r) => r.seconds),
    differences: sum((r) => r.differences.length),
    swapped: !verify,
  }),
);
process.exit(verify && results.some((result) => result.differences.length > 0) ? 1 : 0);

async function all(db: OwnDb): Promise<Rebuilt[]> {
  const done: Rebuilt[] = [];
  for (const orgId of await organisationsOf(db.every))
    done.push(await rebuild({ live: db, shadow, consumers: rooms, clock: systemClock, log, verify }, orgId));
  return done;
}

function sum(of: (result: Rebuilt) => number): number {
  return Math.round(results.reduce((total, result) => total + of(result), 0) * 100) / 100;
}
