import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { digestOf, tablesOf } from '../../server/foundation/backup/schema.ts';
import { systemClock } from '../../server/foundation/clock.ts';
import { readConfig } from '../../server/foundation/config.ts';
import { openOwnDb } from '../../server/foundation/db.ts';
import { startPostgres } from '../../server/foundation/embedded/postgres.ts';
import type { Running } from '../../server/foundation/embedded/processes.ts';
import { openLogger } from '../../server/foundation/logging.ts';
import { openHouse } from '../../server/house.ts';
import { leg } from '../legs.ts';
import { KEY, newHouse, type Open } from '../open-house.ts';
import { againIn, patiently } from '../patiently.ts';
import { rebuilt } from '../rebuilt.ts';
import type { World } from '../world.ts';

const root = path.resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(path.join(tmpdir(), 'floorlight-backup-'));
const file = path.join(dir, 'floor.backup');
/** As if this database had come from a server that wrote for years. */
const YEARS = 3_000_000;
const NAMES = ['Änne "O\'Neil", \\back', '"",(,)', 'NULL', '🙂 (1,2)', "'; drop table events; --"];
let house: Open;
let elsewhere: Running;
let other: string;

beforeAll(async () => {
  house = await newHouse({ env: { TIME_ZONE: 'UTC' } });
  await house.every.rows(
    `create or replace function log_base() returns bigint language sql stable as 'select ${YEARS}::bigint'`,
  );
  const people = NAMES.map((name, n) => ({
    id: `p${n}`,
    name,
    roles: ['agent'],
    team: 'red',
    identities: [{ source: 'acd', agent: name }],
  }));
  await house.call('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main' }]);
  expect((await house.call('PUT', '/api/v1/people', people)).body).toMatchObject({
    items: people.map(({ id }) => ({ id })),
  });
  await house.call('PUT', '/api/v1/targets', [{ kpi: 'aht', floor: 400_000, target: 300_000, stretch: 200_000 }]);
  await house.call('PUT', '/api/v1/scorecards/agent', { kpis: [{ kpi: 'aht', weight: 1 }], gates: [] });
  await post(300, 'first');
  elsewhere = await startPostgres({ dataDir: path.join('/var/tmp', path.basename(dir)), ephemeral: true });
  other = await emptyDatabase();
});
afterAll(async () => {
  await house?.shut();
  await elsewhere?.stop();
});

describe('a backup', () => {
  it('is taken under load, put into another server, is the same in every table, and derives the same', async () => {
    let loaded = true;
    const load = (async () => {
      for (let n = 0; loaded; n++) await post(50, `load-${n}`);
    })();
    const taken = await command('backup.ts', house.databaseUrl, file);
    loaded = false;
    await load;
    expect(taken).toMatchObject({ status: 0, told: { rows: expect.any(Number) } });
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const put = await command('restore.ts', other, file);
    expect(put).toMatchObject({ status: 0, told: { rows: taken.told.rows, tables: taken.told.tables } });
    expect(await digests(other)).toEqual(digestsIn(file));
    const again = await opened(other);
    try {
      await again.reflected();
      expect((await again.ask('/api/v1/ledger')).body).toMatchObject({ sum: 0, chain: 'verified' });
      expect((await rebuilt(again.world)).differences).toEqual([]);
    } finally {
      await again.close();
    }
  });

  it('goes on where it stood, though the other server counts from far below', async () => {
    const again = await opened(other);
    try {
      const before = (await again.ask('/api/v1/people/p3/performance')).body.facts.handled;
      const { body } = await again.ask('/api/v1/events', [call('after', 3)]);
      expect(body).toMatchObject({ accepted: 1 });
      expect(Number(body.position)).toBeGreaterThan(YEARS * 65_536);
      const after = await again.ask(`/api/v1/people/p3/performance?after=${body.position}`);
      expect(after).toMatchObject({ status: 200, body: { facts: { handled: before + 1 } } });
      expect((await again.ask('/api/v1/events', [call('first-0', 0)])).body).toMatchObject({ duplicates: 1 });
    } finally {
      await again.close();
    }
  });

  it('leaves names and personal text readable, and numbers that the database gives free', async () => {
    const again = await opened(other);
    try {
      const { body } = await again.ask('/api/v1/people');
      expect(
        body.items.map(({ name }: { name: string }) => name).filter((name: string) => NAMES.includes(name)),
      ).toHaveLength(NAMES.length);
      const sent = await again.ask('/api/v1/events', [leg('stranger', 'somebody new', {}, just())]);
      expect((await again.ask(`/api/v1/unmapped?after=${sent.body.position}`)).body.items).toMatchObject([
        { agent: 'somebody new' },
      ]);
    } finally {
      await again.close();
    }
  });
});

describe('refused, with nothing changed,', () => {
  const refused = async (given: string, into: string, ...options: string[]) => {
    const { status, error } = await command('restore.ts', into, given, ...options);
    expect(status).toBe(1);
    return error;
  };

  it('is a database that is not empty, unless told', async () => {
    expect(await refused(file, other)).toContain('not empty');
    expect(await command('restore.ts', other, file, '--replace')).toMatchObject({ status: 0 });
    expect(await digests(other)).toEqual(digestsIn(file));
  });

  it('is a database on which a house is open, even if told', async () => {
    expect(await refused(file, house.databaseUrl, '--replace')).toContain('stop it first');
  });

  it('is a file that is cut, damaged, changed, newer, or something else', async () => {
    const empty = await emptyDatabase();
    const cut = copy((bytes) => bytes);
    truncateSync(cut, Math.floor(statSync(cut).size / 2));
    expect(await refused(cut, empty)).toContain('cannot be read to its end');
    const damaged = copy((bytes) => bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 20));
    expect(await refused(damaged, empty)).toContain('cannot be read to its end');
    const shorter = changed((lines) =>
      lines.toSpliced(
        lines.findIndex((line) => line.startsWith('"')),
        1,
      ),
    );
    expect(await refused(shorter, empty)).toContain('is not whole');
    const newer = changed((lines) => [
      String(lines[0]).replace(/"when":\d+/, '"when":9999999999999'),
      ...lines.slice(1),
    ]);
    expect(await refused(newer, empty)).toContain('newer version');
    writeFileSync(path.join(dir, 'else'), gzipSync('{"a":1}\n'));
    expect(await refused(path.join(dir, 'else'), empty)).toContain('is no backup');
    expect(await refused(path.join(dir, 'nowhere'), empty)).toContain('ENOENT');
    const forged = changed((lines) => lines.map((line) => line.replace('180000', '180001')));
    expect(await refused(forged, empty)).toContain('is not what was taken');
    const db = openOwnDb(empty, 1);
    expect(
      await db.every.rows("select 1 from pg_class where relname = 'events' and (select count(*) from events) > 0"),
    ).toEqual([]);
    await db.close();
  });

  it('is a backup over a file that is there', async () => {
    expect(await command('backup.ts', house.databaseUrl, file)).toMatchObject({ status: 1 });
  });
});

const just = () => new Date(Date.now() - 60_000).toISOString();
const call = (id: string, person: number) => leg(id, NAMES[person] as string, { customer: `+49 30 ${id}` }, just());

async function post(count: number, name: string): Promise<void> {
  const events = Array.from({ length: count }, (_, n) => call(`${name}-${n}`, n % NAMES.length));
  expect((await house.call('POST', '/api/v1/events', events)).status).toBe(200);
}

// biome-ignore lint/suspicious/noExplicitAny: what a command tells is read as scripts read it
type Done = { status: unknown; error: string; told: any };

/** Runs one of the two commands as npm would. */
async function command(script: string, databaseUrl: string, ...words: string[]): Promise<Done> {
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    REDIS_URL: `${inject('redisUrl')}/0`,
    DATA_DIR: path.join(dir, 'data'),
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(root, 'server', script), ...words], { env }, (failure, out, error) => {
      const last = out.trim().split('\n').at(-1) ?? '';
      resolve({ status: failure ? failure.code : 0, error, told: last.startsWith('{') ? JSON.parse(last) : {} });
    });
  });
}

async function emptyDatabase(): Promise<string> {
  const name = `r_${Math.random().toString(36).slice(2)}`;
  const client = new pg.Client(elsewhere.url);
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return elsewhere.url.replace(/\/[^/]+$/, `/${name}`);
}

/** Whoever held the flow stays behind: the one table that a restore changes. */
const LEASES = 'flows';
type Digests = Record<string, { rows: number; digest: string }>;

async function digests(url: string): Promise<Digests> {
  const db = openOwnDb(url, 1);
  const found: Digests = {};
  for (const { name } of await tablesOf(db.every)) if (name !== LEASES) found[name] = await digestOf(db.every, name);
  await db.close();
  return found;
}

function digestsIn(backup: string): Digests {
  const ends = linesIn(backup).flatMap((line) => (line.startsWith('{"end"') ? [JSON.parse(line)] : []));
  return Object.fromEntries(
    ends.filter(({ end }) => end !== LEASES).map(({ end, rows, digest }) => [end, { rows, digest }]),
  );
}

const linesIn = (backup: string) => gunzipSync(readFileSync(backup)).toString().trimEnd().split('\n');

function copy(edit: (bytes: Buffer) => Buffer): string {
  const name = path.join(dir, `copy-${Math.random()}`);
  writeFileSync(name, edit(readFileSync(file)));
  return name;
}

const changed = (edit: (lines: string[]) => string[]): string => {
  const name = path.join(dir, `changed-${Math.random()}`);
  writeFileSync(name, gzipSync(`${edit(linesIn(file)).join('\n')}\n`));
  return name;
};

/** A house on a database that is there. */
async function opened(databaseUrl: string) {
  const { options } = house.ground.redis;
  const redisUrl = `${inject('redisUrl')}/${((options.db ?? 0) % 14) + 1}`;
  const config = readConfig({ DEMO: 'off', DATA_DIR: dir, API_KEY: KEY, ROLES: 'web,flow' }, '/');
  const log = openLogger('silent');
  const again = await openHouse({ config, databaseUrl, redisUrl, clock: systemClock, log });
  await again.ground.redis.flushdb();
  const url = await again.app.listen({ host: '127.0.0.1', port: 0 });
  const ask = (at: string, body?: unknown) =>
    patiently(async () => {
      const headers = {
        authorization: `Bearer ${KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const response = await fetch(url + at, {
        headers,
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });
      // biome-ignore lint/suspicious/noExplicitAny: answers are read as scripts read them
      return { status: response.status, body: (await response.json()) as any, ...againIn(response.headers) };
    });
  return {
    ask,
    world: { ...again.ground, url: databaseUrl, orgId: 1 } as World,
    reflected: async () => {
      const { body } = await ask('/api/v1/events', []);
      expect((await ask(`/api/v1/people?after=${body.position}`)).status).toBe(200);
    },
    close: again.close,
  };
}
