// npm run seal -- --older-than MONTHS: removes old events of sources and keeps what was derived from them.
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { systemClock } from '#server/foundation/clock.ts';
import { readConfig } from '#server/foundation/config.ts';
import { migrateDb, openOwnDb } from '#server/foundation/db.ts';
import { startServers } from '#server/foundation/embedded/services.ts';
import { openRedis } from '#server/foundation/redis.ts';
import { KNOWN_MS, openLog } from '#server/log/ground.ts';
import { closedBefore, cutOf, LEAST_MONTHS, localDay } from '#server/log/sealed-past.ts';
import { type Sealed, sealPast, wouldRemove } from '#server/log/sealing.ts';
import { claimShadow, dropShadow, makeShadow, SHADOW } from '#server/log/shadow-store.ts';
import { enter } from '#server/people/audit/commands.ts';
import { organisationRows } from '#server/people/store.ts';
import { consumers } from './flow.ts';

const USAGE = `Usage: npm run seal -- --older-than MONTHS [--organisation NAME|ID] [--dry-run]   (MONTHS: ${LEAST_MONTHS} or more)`;
const { months, only, dryRun } = asked();
const root = path.resolve(import.meta.dirname, '..');
const config = readConfig(process.env, root);
const servers = await startServers(config, false);
await migrateDb(servers.databaseUrl, path.join(root, 'drizzle'));
const live = openOwnDb(servers.databaseUrl, 4);
const shadow = openOwnDb(servers.databaseUrl, 4, `${SHADOW},public`);
const redis = openRedis(servers.redisUrl);
const ground = { db: shadow, redis, clock: systemClock, config, log: openLog(shadow, systemClock, false) };
const rooms = consumers(ground);
const letGo = await claimShadow(live);
if (!letGo) await giveUp('Another rebuild or seal is at work on this database.');

const all = await organisationRows(live.every);
const chosen = all.filter(({ id, name }) => only === undefined || String(id) === only || name === only);
if (chosen.length === 0) await giveUp(`There is no organisation ${only}.`);
if (!dryRun)
  await makeShadow(
    live.every,
    rooms.flatMap((consumer) => consumer.tables),
  );
const done: object[] = [];
let differences = 0;
for (const { id, name, timeZone } of chosen) {
  const sealed = await sealOne({ id, timeZone }, cutOf(systemClock.now(), months, timeZone));
  for (const line of sealed.differences) console.error(line);
  differences += sealed.differences.length;
  console.log(sentenceOf(name, sealed));
  done.push(told({ id, name }, sealed));
}
await leave();
console.log(JSON.stringify({ organisations: done, differences, dryRun }));
process.exit(differences > 0 ? 1 : 0);

async function sealOne({ id: orgId, timeZone }: { id: number; timeZone: string }, cut: number): Promise<Sealed> {
  const about = { cut, before: closedBefore(cut), position: null, seconds: 0, differences: [] };
  if (dryRun) return { ...about, ...(await wouldRemove({ live, cut }, orgId)) };
  const log = pino({ level: 'warn' }, pino.destination(2));
  const act = { actor: 'house', act: 'organisation.sealed', object: localDay(cut, timeZone) };
  return sealPast(
    {
      ...{ live, shadow, consumers: rooms, clock: systemClock, log, cut },
      settled: () => pause(2 * KNOWN_MS),
      entered: (tx) => enter(tx, { orgId, now: systemClock.now() }, act),
    },
    orgId,
  );
}

function sentenceOf(name: string, { old, removed, cut, before, position, differences: found }: Sealed): string {
  if (found.length > 0) return `${name}: nothing was sealed, because what is live is not what the log says.`;
  if (removed === 0) return `${name}: nothing from before ${iso(cut)} is there to be removed.`;
  const stay = old > removed ? ` ${old - removed} older ones stay, because something newer hangs on them.` : '';
  return position === null
    ? `${name}: ${removed} events from before ${iso(cut)} would be removed, and nothing before ${iso(before)} taken any more.${stay}`
    : `${name}: ${removed} events from before ${iso(cut)} are removed; nothing before ${iso(before)} is taken any more.${stay}`;
}

function told(of: { id: number; name: string }, { old, removed, cut, before, position, seconds }: Sealed): object {
  return {
    ...of,
    removed,
    stay: old - removed,
    cut: iso(cut),
    before: iso(before),
    position: position === null ? null : String(position),
    seconds: Math.round(seconds * 100) / 100,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function asked(): { months: number; only: string | undefined; dryRun: boolean } {
  const text = { type: 'string' } as const;
  const options = { 'older-than': text, organisation: text, 'dry-run': { type: 'boolean' } } as const;
  try {
    const { values } = parseArgs({ options });
    const given = values['older-than'] ?? '';
    if (!/^\d{1,4}$/.test(given) || Number(given) < LEAST_MONTHS) misused();
    return { months: Number(given), only: values.organisation, dryRun: values['dry-run'] ?? false };
  } catch {
    return misused();
  }
}

async function leave(): Promise<void> {
  if (letGo && !dryRun) await dropShadow(live.every);
  letGo?.();
  redis.disconnect();
  await Promise.all([live.close(), shadow.close()]);
  await servers.stop();
}

async function giveUp(message: string): Promise<never> {
  console.error(message);
  await leave();
  process.exit(1);
}

function misused(): never {
  console.error(USAGE);
  process.exit(2);
}
