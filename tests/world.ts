import { randomUUID } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { inject } from 'vitest';
import { consumers, projections } from '../server/flow.ts';
import { readConfig } from '../server/foundation/config.ts';
import { type Db, migrateDb, openDb, openOwnDb, type Reach } from '../server/foundation/db.ts';
import { openRedis } from '../server/foundation/redis.ts';
import type { LoggedEvent } from '../server/log/catalogue.ts';
import type { Consumer } from '../server/log/consumer.ts';
import { ensureFlow, flowPosition } from '../server/log/flow-store.ts';
import { type Ground, openLog } from '../server/log/ground.ts';
import { Runner } from '../server/log/runner.ts';
import { eventsAfter, headOf } from '../server/log/store.ts';
import { dataFolder } from './data-folder.ts';

export type World = Ground & {
  orgId: number;
  url: string;
  /** Everything that is there, as the owner of the house sees it. */
  every: Reach;
  /** The hands of the clock; tests move them. */
  time: { now: number };
  /** Runs the flow of the organisation until everything committed is reflected. */
  settle(orgId?: number): Promise<void>;
  close(): Promise<void>;
};

const root = path.resolve(import.meta.dirname, '..');
let template: Promise<string> | undefined;

/** A fresh database (a copy of one that was migrated once) and a Redis database of its own; nothing is mocked. */
export async function newWorld(
  options: { now?: number; consumers?: readonly Consumer[]; env?: Record<string, string> } = {},
): Promise<World> {
  const server = inject('databaseUrl');
  template ??= makeTemplate(server);
  const name = `w_${randomUUID().replaceAll('-', '')}`;
  await run(server, `create database ${name} template ${await template}`);
  const url = at(server, name);
  const db = openDb(url, 6);
  const own = openOwnDb(url, 2);
  const redis = openRedis(inject('redisUrl'));
  await redis.connect();
  const time = { now: options.now ?? Date.parse('2026-03-11T10:00:00Z') };
  const clock = { now: () => time.now };
  const config = readConfig({ DEMO: 'off', DATA_DIR: dataFolder(), LOG_LEVEL: 'silent', ...options.env }, root);
  const log = openLog(db, clock, true);
  const ground: Ground = { db, redis, clock, config, log };
  // organisations are numbered per database and Redis is shared: each world gets numbers of its own
  const orgId = 1 + Math.floor(Math.random() * 2_000_000_000);
  await ensureFlow(db.of(orgId), orgId);
  const flow = {
    db,
    clock,
    holder: 'test',
    fresh: log.fresh,
    log: pino({ level: 'silent' }),
    consumers: options.consumers ?? consumers(ground),
    projections: options.consumers ? [] : projections(ground),
    committed: async (org: number, notes: { position: number }) => log.reflection.note(org, notes.position),
  };
  const runners = new Map<number, Runner>();
  return {
    ...ground,
    orgId,
    url,
    every: own.every,
    time,
    settle: async (org = orgId) => {
      const runner = runners.get(org) ?? new Runner(flow, org);
      runners.set(org, runner);
      // another test's open transaction on the same server holds the reading back for a moment
      do await runner.turn();
      while ((await flowPosition(db.of(org), org)) < (await headOf(db.of(org), org)));
    },
    close: async () => {
      log.bell.close();
      redis.disconnect();
      await Promise.all([db.close(), own.close()]);
      await run(server, `drop database ${name} with (force)`);
    },
  };
}

/** Everything in the log. Another test's open transaction on the same server holds the reading back for a moment. */
export async function wholeLog(db: Db, org: number): Promise<LoggedEvent[]> {
  for (;;) {
    const events = await eventsAfter(db.of(org), org, 0, { most: 100_000 });
    if ((events.at(-1)?.position ?? 0) === (await headOf(db.of(org), org))) return events;
  }
}

async function makeTemplate(server: string): Promise<string> {
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  await run(server, `create database ${name}`);
  await migrateDb(at(server, name), path.join(root, 'drizzle'));
  return name;
}

const at = (server: string, name: string) => server.replace(/\/[^/]+$/, `/${name}`);

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(statement);
  await client.end();
}
