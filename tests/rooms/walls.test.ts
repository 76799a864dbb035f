// The second wall: what stands between organisations when a statement forgets to say whose rows it wants.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Db, openDb, type Tx } from '../../server/foundation/db.ts';
import { type Filled, fillable } from '../filled-tables.ts';
import { newWorld, type World } from '../world.ts';

const [OURS, THEIRS, OTHERS] = [7, 8, 9];
/** What is looked for before an organisation is known; the last two are also written then, for nobody. */
const LOBBY = ['accounts', 'api_keys', 'devices', 'flows', 'invitations', 'organisations', 'sessions', 'setup_tokens'];
const OF_NOBODY = ['pairings', 'sign_in_tries'];
/** What is only ever added to. */
const ADDED_TO = ['audit', 'entries', 'events', 'ledger_links', 'transfers'];
/** Keys that must be found, or taken, before an organisation is known: each is random, a digest, or an address of e-mail. */
const KEYS_OF_ALL = [
  ...['accounts_email_unique', 'accounts_pkey', 'api_keys_hash_unique', 'api_keys_pkey', 'devices_hash_unique'],
  ...['devices_pkey', 'invitations_pkey', 'organisations_pkey', 'pairings_pkey', 'pairings_secret_unique'],
  ...['sessions_pkey', 'setup_tokens_pkey', 'sign_in_tries_pkey'],
];

let world: World;
let tables: Filled[];
beforeAll(async () => {
  world = await newWorld({ consumers: [] });
  tables = await fillable(world.every);
  for (const orgId of [OURS, THEIRS]) for (const { insert } of tables) await world.every.once(insert(orgId));
});
afterAll(() => world?.close());

const names = (some: Filled[]) => some.map(({ name }) => name).sort();
const own = () => world.db.of(OURS);
/** What only the seal writes. */
const SEALED = ['sealed_keys', 'sealed_rows', 'seals'];
const refused = /row-level security|permission denied/;

/** Whose rows a statement finds or touches; nothing of it is kept. */
async function whose(reach: { transaction: Db['lobby']['transaction'] }, text: string): Promise<unknown[]> {
  let found: unknown[] = [];
  const undone = new Error('undone');
  await reach
    .transaction(async (tx: Tx) => {
      found = (await tx.once<{ whose: number }>(text)).map((row) => row.whose);
      throw undone;
    })
    .catch((error) => {
      if (error !== undone) found = [(error as Error).message];
    });
  return found;
}

/** Those tables of which a check does not hold. */
async function failing(check: (table: Filled) => Promise<boolean>): Promise<string[]> {
  const found: Filled[] = [];
  for (const table of tables) if (!(await check(table))) found.push(table);
  return names(found);
}

describe('every table', () => {
  it('has its wall, for its owner too', async () => {
    const bare = await world.every.rows<{ name: string }>(
      `select relname as name from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'm', 'v', 'f')
         and not (relrowsecurity and relforcerowsecurity and exists (
           select from pg_policy p where p.polrelid = c.oid and p.polname = 'own'))`,
    );
    expect(bare).toEqual([]);
    expect(tables.length).toBeGreaterThan(50);
  });

  it('has the organisation in its keys, or is looked for before one is known', async () => {
    const keys = await world.every.rows<{ name: string }>(
      `select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indrelid
       where c.relnamespace = 'public'::regnamespace and i.indisunique and not exists (
         select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and a.attnum = any(i.indkey))
       order by name`,
    );
    expect(keys.map(({ name }) => name)).toEqual(KEYS_OF_ALL);
  });

  it('is not found by an index on an expression: behind a wall nobody reads by it', async () => {
    const found = await world.every.rows<{ name: string }>(
      `select indexrelid::regclass::text as name from pg_index join pg_class c on c.oid = indrelid
       where c.relnamespace = 'public'::regnamespace and indexprs is not null`,
    );
    expect(found).toEqual([]);
  });
});

describe('without the first wall, an organisation', () => {
  it('sees its own rows', async () => {
    const only = async ({ name, org }: Filled) =>
      (await whose(own(), `select ${org} as whose from ${name}`)).join() === String(OURS);
    expect(await failing(only)).toEqual([]);
  });

  it('changes its own rows', async () => {
    const only = async ({ name, org }: Filled) =>
      (await whose(own(), `update ${name} set ${org} = ${org} returning ${org} as whose`)).join() === String(OURS);
    expect(await failing(only)).toEqual([...ADDED_TO, ...SEALED].sort());
  });

  it('removes its own rows', async () => {
    const only = async ({ name, org }: Filled) =>
      (await whose(own(), `delete from ${name} returning ${org} as whose`)).join() === String(OURS);
    expect(await failing(only)).toEqual([...ADDED_TO, ...SEALED].sort());
  });

  it('writes no rows for others, and gives none away', async () => {
    const kept = async ({ name, org, insert }: Filled) => {
      const made = await whose(own(), insert(OTHERS));
      const given = await whose(own(), `update ${name} set ${org} = ${THEIRS} where ${org} = ${OURS}`);
      return refused.test(String(made)) && refused.test(String(given));
    };
    expect(await failing(kept)).toEqual([]);
  });

  it('may add rows of its own', async () => {
    const added = async ({ insert }: Filled) => {
      const late = world.db.of(OTHERS);
      return late.transaction(async (tx) => (await tx.once(insert(OTHERS)), true)).catch(() => false);
    };
    expect(await failing(added)).toEqual(SEALED);
    expect((await whose(own(), 'select org_id as whose from facts')).join()).toBe(String(OURS));
  });
});

describe('where the organisation is not known yet', () => {
  it('only what is looked for then is seen, and only what nobody owns is written', async () => {
    const hidden = async ({ name, org }: Filled) =>
      (await whose(world.db.lobby, `select ${org} as whose from ${name}`)).length === 0;
    expect(await failing(hidden)).toEqual([...LOBBY, ...OF_NOBODY].sort());
    const unwritten = async ({ name, org }: Filled) => {
      const told = await whose(world.db.lobby, `update ${name} set ${org} = ${org} returning ${org} as whose`);
      return told.length === 0 || refused.test(String(told));
    };
    expect(await failing(unwritten)).toEqual(OF_NOBODY);
    const unmade = async ({ insert }: Filled) => refused.test(String(await whose(world.db.lobby, insert(77))));
    expect(await failing(unmade)).toEqual(OF_NOBODY);
  });

  it('a screen that waits is seen by whoever may take it in, and taken in for themselves only', async () => {
    const late = `insert into pairings (code, org_id, secret, created_at, expires_at) values ('waits', 0, 'waits', 1, 1)`;
    await world.db.lobby.once(late);
    const seen = await whose(own(), 'select org_id as whose from pairings order by 1');
    expect(seen).toEqual([0, OURS]);
    const take = (orgId: number) =>
      `update pairings set org_id = ${orgId} where code = 'waits' returning org_id as whose`;
    expect(await whose(own(), take(OURS))).toEqual([OURS]);
    expect(String(await whose(own(), take(THEIRS)))).toMatch(refused);
    expect(await whose(own(), "delete from pairings where code = 'waits' returning org_id as whose")).toEqual([]);
  });
});

describe('the setting', () => {
  it('leaves nothing behind on the connection, whatever became of the transaction', async () => {
    const single = openDb(world.url, 1);
    const left = async () => {
      const { client, release } = await single.connect();
      const [row] = (
        await client.query(`select current_setting('floorlight.org', true) as org, count(*)::int from facts`)
      ).rows;
      if (row.org) release();
      else client.release();
      return [row.org ?? '', row.count];
    };
    const ours = single.of(OURS);
    const passages = [
      () => ours.rows('select 1 from facts'),
      () => ours.transaction((tx) => tx.rows('select 1 from facts')),
      () => ours.snapshot((tx) => tx.rows('select 1 from facts')),
      () => ours.transaction((tx) => tx.rows('select 1 / 0')),
      () => ours.rows('select 1 / 0'),
    ];
    for (const pass of passages) {
      await pass().catch(() => {});
      expect(await left()).toEqual(['', 0]);
    }
    await single.close();
  });

  it('is each one’s own when many ask at the same time', async () => {
    const asked = Array.from({ length: 200 }, (_, n) => (n % 2 ? OURS : THEIRS));
    const few = openDb(world.url, 3);
    const told = await Promise.all(
      asked.map((orgId) => few.of(orgId).rows<{ org: number }>('select org_id as org from people')),
    );
    await few.close();
    expect(told).toEqual(asked.map((org) => [{ org }]));
  });

  it('is a number, and nothing else', () => {
    expect(() => world.db.of(1.5)).toThrow('no organisation');
    expect(() => world.db.of("7'; reset role; --" as never)).toThrow('no organisation');
  });
});

describe('the house at work', () => {
  it('sees and writes nothing where nothing was said', async () => {
    const client = new pg.Client({ connectionString: world.url, options: '-c role=floorlight_runtime' });
    await client.connect();
    for (const { name, insert } of tables) {
      expect((await client.query(`select from ${name}`)).rowCount, name).toBe(0);
      await expect(client.query(insert(OTHERS + 1)), name).rejects.toThrow(refused);
    }
    await client.end();
  });

  it('neither changes nor removes what is only added to, and empties, makes and drops no table', async () => {
    for (const name of ADDED_TO) {
      const column = name === 'audit' ? 'actor' : 'org_id';
      await expect(own().once(`update ${name} set ${column} = ${column}`)).rejects.toThrow('permission denied');
      await expect(own().once(`delete from ${name}`)).rejects.toThrow('permission denied');
    }
    for (const act of [
      'truncate people',
      'drop table people',
      'create table more (a int)',
      'alter table people no force row level security',
    ])
      await expect(own().once(act), act).rejects.toThrow(/permission denied|must be owner/);
  });

  it('asks what is sealed, and never says it', async () => {
    for (const name of SEALED) {
      await own().once(`select from ${name}`);
      for (const act of [
        `insert into ${name} (org_id) values (${OURS})`,
        `delete from ${name}`,
        `update ${name} set org_id = 0`,
      ])
        await expect(own().once(act), act).rejects.toThrow('permission denied');
    }
  });

  it('cannot ask for every row as the owner does', async () => {
    const seen = own().transaction(async (tx) => {
      await tx.rows("select set_config('floorlight.every', 'on', true)");
      return tx.rows('select org_id as org from people');
    });
    expect(await seen).toEqual([{ org: OURS }]);
    await expect(
      own().transaction((tx) => tx.rows('set local row_security = off').then(() => tx.rows('select from people'))),
    ).rejects.toThrow('row-level security');
  });
});
