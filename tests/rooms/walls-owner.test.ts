// The owner of the tables, where it is no superuser: without FORCE it would see everything, whatever the policies say.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hiddenTables } from '../../server/foundation/backup/schema.ts';
import { takeBackup } from '../../server/foundation/backup/taking.ts';
import { migrateDb, type OwnDb, openDb, openOwnDb } from '../../server/foundation/db.ts';
import { type Filled, fillable } from '../filled-tables.ts';
import { newWorld, type World } from '../world.ts';

const root = path.resolve(import.meta.dirname, '../..');
const [OURS, THEIRS] = [7, 8];
const owner = `owner_${randomUUID().slice(0, 8)}`;
const server = inject('databaseUrl');
const urlOf = (user: string, database: string) =>
  server.replace(/\/\/[^@]+@/, `//${user}@`).replace(/\/[^/]+$/, `/${database}`);

let world: World;
let url: string;
let own: OwnDb;
let tables: Filled[];
beforeAll(async () => {
  // whoever was first on this server has made the role of the house at work
  world = await newWorld({ consumers: [] });
  await administrator(`create role ${owner} login`, `create database ${owner} owner ${owner}`);
  url = urlOf(owner, owner);
});
afterAll(async () => {
  await own?.close();
  await world?.close();
  await administrator(`drop database ${owner} with (force)`, `drop role ${owner}`);
});

it('who may not work as the house does is told what to ask for, and nothing opens', async () => {
  const migrated = migrateDb(url, path.join(root, 'drizzle'));
  await expect(migrated).rejects.toThrow(`GRANT floorlight_runtime TO ${owner}`);
  await administrator(`grant floorlight_runtime to ${owner}`);
  await migrateDb(url, path.join(root, 'drizzle'));
  own = openOwnDb(url, 1);
  tables = await fillable(own.every);
  for (const orgId of [OURS, THEIRS]) for (const { insert } of tables) await own.every.once(insert(orgId));
});

describe('the owner', () => {
  it('sees nothing of any table where it does not say that it wants everything', async () => {
    expect(await seen()).toEqual([]);
    // and this is what would be seen without FORCE
    await own.every.once('alter table facts no force row level security');
    expect(await seen()).toEqual(['facts']);
    await own.every.once('alter table facts force row level security');
  });

  it('sees everything where it says so, and the house at work its own', async () => {
    const db = openDb(url, 1);
    for (const { name, org } of tables) {
      const text = `select ${org} as org from ${name} order by 1`;
      expect(await own.every.once(text), name).toEqual([{ org: OURS }, { org: THEIRS }]);
      expect(await db.of(OURS).once(text), name).toEqual([{ org: OURS }]);
    }
    await db.close();
  });

  it('backs up every row; whoever is shown less backs up nothing', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'walls-'));
    const taken = await takeBackup(own.every, path.join(dir, 'whole'), path.join(root, 'drizzle'));
    expect(taken).toMatchObject({ tables: tables.length, rows: 2 * tables.length });
    const db = openDb(url, 1);
    expect(await hiddenTables(db.of(OURS))).toHaveLength(tables.length);
    await expect(takeBackup(db.of(OURS), path.join(dir, 'half'), path.join(root, 'drizzle'))).rejects.toThrow('hidden');
    await db.close();
    rmSync(dir, { recursive: true });
  });

  it('gives a new table its wall at the next start', async () => {
    await own.every.once('create table novelties (org_id int not null, word text not null)');
    await own.every.once(`insert into novelties values (${OURS}, 'ours'), (${THEIRS}, 'theirs')`);
    await migrateDb(url, path.join(root, 'drizzle'));
    const db = openDb(url, 1);
    expect(await db.of(OURS).once('select word from novelties')).toEqual([{ word: 'ours' }]);
    await db.close();
    expect(await seen(['novelties'])).toEqual([]);
    await own.every.once('drop table novelties');
  });
});

/** Tables of which the owner sees rows without a word. */
async function seen(of = tables.map(({ name }) => name)): Promise<string[]> {
  const client = new pg.Client(url);
  await client.connect();
  const found: string[] = [];
  for (const name of of) if ((await client.query(`select from ${name}`)).rowCount) found.push(name);
  await client.end();
  return found;
}

async function administrator(...statements: string[]): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}
