import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { putBackup } from '../../server/foundation/backup/putting.ts';
import { systemClock } from '../../server/foundation/clock.ts';
import { readConfig } from '../../server/foundation/config.ts';
import { migrateDb, openOwnDb } from '../../server/foundation/db.ts';
import { openLogger } from '../../server/foundation/logging.ts';
import { knownMigrations, migrationsUpTo } from '../../server/foundation/migrations.ts';
import { type House, openHouse } from '../../server/house.ts';
import { alignPositions, freeFlows } from '../../server/log/base-store.ts';
import { leg } from '../legs.ts';
import { KEY, newHouse } from '../open-house.ts';
import { patiently } from '../patiently.ts';
import { rebuilt } from '../rebuilt.ts';
import type { World } from '../world.ts';

const fixtures = path.resolve(import.meta.dirname, '../fixtures');
const folder = path.resolve(import.meta.dirname, '../../drizzle');
const ORG = 1;
const houses: House[] = [];
afterAll(async () => {
  for (const house of houses) await house.close();
});

describe.each(readdirSync(fixtures).filter((name) => name.endsWith('.backup')))(
  'a database of the version %s',
  (name) => {
    it('is brought to this one with nothing lost, goes on under load, and derives the same', async () => {
      const at = Number(/\d+/.exec(name)?.[0]);
      const databaseUrl = await asItWas(path.join(fixtures, name), at);
      const before = await stateOf(databaseUrl);
      expect(before.events).toBeGreaterThan(300);

      const house = await opened(databaseUrl);
      let loaded = true;
      const load = (async () => {
        let sent = 0;
        while (loaded) {
          const events = Array.from({ length: 20 }, (_, n) =>
            leg(`new-${sent + n}`, 'ben', {}, '2026-03-12T09:00:00Z'),
          );
          expect((await ask(house, '/api/v1/events', events)).body).toMatchObject({ accepted: 20 });
          sent += 20;
        }
        return sent;
      })();
      const again = await ask(house, '/api/v1/events', [leg('ana-9-1', 'ana', {}, '2026-03-11T09:06:00Z')]);
      expect(again.body).toMatchObject({ accepted: 0, duplicates: 1 });
      expect((await ask(house, '/api/v1/ledger')).body).toMatchObject({ sum: 0, chain: 'verified' });
      for (const [account, balance] of before.balances)
        if (account.startsWith('person:'))
          expect((await ask(house, `/api/v1/people/${account.slice(7)}/points`)).body.balance).toBe(balance);
      loaded = false;
      const sent = await load;

      const { body } = await ask(house, '/api/v1/events', [leg('last', 'ben', {}, '2026-03-12T09:30:00Z')]);
      const shown = await ask(house, `/api/v1/people/ben/performance?at=2026-03-12T10:00:00Z&after=${body.position}`);
      expect(shown.body.facts.handled).toBe(sent + 1);
      const after = await stateOf(databaseUrl);
      expect(after.events).toBeGreaterThanOrEqual(before.events + sent + 1);
      expect(after.dead).toBe(0);
      const world = { ...house.ground, url: databaseUrl, orgId: ORG } as World;
      expect((await rebuilt(world)).differences).toEqual([]);
    });
  },
);

/** A database as that version left it: its own migrations and no more. */
async function asItWas(file: string, last: number): Promise<string> {
  const server = inject('databaseUrl');
  const name = `u_${Math.random().toString(36).slice(2)}`;
  const client = new pg.Client(server);
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const databaseUrl = server.replace(/\/[^/]+$/, `/${name}`);
  const migration = knownMigrations(folder).find(({ tag }) => Number(tag.slice(0, 4)) === last);
  if (!migration) throw new Error(`There is no migration ${last}.`);
  await putBackup(file, { databaseUrl, folder: migrationsUpTo(folder, migration), replace: false });
  return databaseUrl;
}

/** What a start of this version does. */
async function opened(databaseUrl: string): Promise<House> {
  await migrateDb(databaseUrl, folder);
  await alignPositions(databaseUrl);
  await freeFlows(databaseUrl);
  const spare = await newHouse({ env: { ROLES: 'web' } });
  houses.push(spare);
  const redisUrl = `${inject('redisUrl')}/${spare.ground.redis.options.db ?? 0}`;
  const config = readConfig(
    { DEMO: 'off', DATA_DIR: mkdtempSync(path.join(tmpdir(), 'floorlight-upgrade-')), API_KEY: KEY, ROLES: 'web,flow' },
    '/',
  );
  const house = await openHouse({ config, databaseUrl, redisUrl, clock: systemClock, log: openLogger('silent') });
  houses.push(house);
  return house;
}

/** Asked again while the house is busy: it is under load here. */
function ask({ app }: House, url: string, body?: object) {
  return patiently(async () => {
    const answer = await app.inject({
      method: body ? 'POST' : 'GET',
      url,
      headers: { authorization: `Bearer ${KEY}` },
      ...(body ? { payload: body } : {}),
    });
    return { status: answer.statusCode, body: answer.json() };
  });
}

async function stateOf(databaseUrl: string) {
  const db = openOwnDb(databaseUrl, 1);
  const [counts] = await db.every.rows<{ events: number; dead: number }>(
    'select (select count(*)::int from events) as events, (select count(*)::int from dead_letters) as dead',
  );
  const balances = await db.every.rows<{ account: string; balance: number }>('select account, balance from balances');
  await db.close();
  return {
    ...(counts ?? { events: 0, dead: 0 }),
    balances: balances.map(({ account, balance }) => [account, balance] as const),
  };
}
