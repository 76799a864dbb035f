import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Db, openDb } from '../../server/foundation/db.ts';
import { openRedis, openRedisListener } from '../../server/foundation/redis.ts';
import { type Link, openLink } from '../faults/link.ts';

let toPostgres: Link;
let toRedis: Link;
let db: Db;

beforeAll(async () => {
  const postgres = new URL(inject('databaseUrl'));
  toPostgres = await openLink(Number(postgres.port));
  toRedis = await openLink(Number(new URL(inject('redisUrl')).port));
  postgres.port = String(toPostgres.port);
  db = openDb(postgres.href, 3);
});
afterAll(async () => {
  await Promise.all([toPostgres?.close(), toRedis?.close()]);
  await db?.close();
});

it.concurrent('cuts a dead line to the database within ten seconds, and never one that is worked on', async () => {
  await db.lobby.rows('select 1');
  const started = performance.now();
  const working = db.lobby.rows<{ one: number }>('select 1 as one from pg_sleep(9)');
  await working;
  toPostgres.silence(true);
  const waiting = db.lobby.transaction((tx) => tx.rows('select 1'));
  await expect(waiting).rejects.toThrow('the line is dead');
  expect(performance.now() - started).toBeLessThan(9_000 + 10_000);
  toPostgres.silence(false);
  expect(await db.lobby.rows('select 1 as one')).toEqual([{ one: 1 }]);
});

it.concurrent('finds a new line to Redis when the old one is dead, for those who ask and for those who listen', async () => {
  const url = `redis://127.0.0.1:${toRedis.port}`;
  const [redis, listener] = [openRedis(url), openRedisListener(url)];
  const teller = openRedis(inject('redisUrl'));
  await Promise.all([redis.connect(), listener.connect(), teller.connect()]);
  const heard: string[] = [];
  listener.on('message', (_channel, text) => heard.push(text));
  await listener.subscribe('half-open');
  toRedis.silence(true);
  await expect(redis.ping()).rejects.toThrow();
  toRedis.silence(false);
  await expect.poll(() => redis.ping().catch(() => 'away'), { timeout: 10_000 }).toBe('PONG');
  await expect
    .poll(async () => (await teller.publish('half-open', 'news')) > 0 && heard.length > 0, { timeout: 15_000 })
    .toBe(true);
  for (const one of [redis, listener, teller]) one.disconnect();
});
