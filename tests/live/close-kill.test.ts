import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freePort } from '../../server/foundation/embedded/processes.ts';
import { windowClosed } from '../closings.ts';
import { dataFolder } from '../data-folder.ts';
import { leg } from '../legs.ts';
import { newHouse, type Open } from '../open-house.ts';

const HOUR = 3_600_000;
const PATIENCE_MS = 60_000;
const PEOPLE = Array.from({ length: 12 }, (_, n) => `p${n}`);
const root = path.resolve(import.meta.dirname, '../..');
// where a close is cut: deciding its awards, booking them, linking them
const CUTS = ['events', 'transfers', 'ledger_links', 'events', 'transfers'];
// and where what changed after a close is cut: on the list, deciding its difference, booking and linking it
const REVISITS = ['revisits', 'events', 'transfers', 'ledger_links'];
let house: Open;
let held: pg.Client;
let flow: ChildProcess | null = null;

beforeAll(async () => {
  // this house has doors and no flow: that is a process of its own, which can be killed
  house = await newHouse({ env: { ROLES: 'web', TIME_ZONE: 'UTC' } });
  held = new pg.Client(house.databaseUrl);
  await held.connect();
});
afterAll(async () => {
  flow?.kill('SIGKILL');
  await held?.end();
  await house?.shut();
});

it('awards once, to the point, when the flow is killed in the middle of a close again and again', {
  timeout: 300_000,
}, async () => {
  const first = Math.floor(Date.now() / HOUR) * HOUR - (CUTS.length + 1) * HOUR;
  const hours = CUTS.map((_, n) => first + n * HOUR);
  await begin(hours);
  for (const [n, table] of CUTS.entries()) {
    await close('hour', hours[n] as number, HOUR);
    await killWhileWaitingFor(table);
  }
  const position = await close('hour', first + CUTS.length * HOUR, HOUR);
  await startFlow();
  await reflected(position);

  const rows = await awards();
  expect(rows.length).toBe(PEOPLE.length * hours.length);
  expect(new Set(rows.map((row) => `${row.person} ${row.at}`)).size).toBe(rows.length);
  expect(rows.every((row) => row.amount === 10)).toBe(true);
  expect(await told()).toBe(rows.length);
  const { body } = await house.surely('GET', '/api/v1/ledger');
  expect(body).toMatchObject({ sum: 0, chain: 'verified' });
  for (const person of PEOPLE)
    expect((await house.surely('GET', `/api/v1/people/${person}/points`)).body.balance).toBe(await entriesOf(person));
});

it('posts the difference of a correction once when the flow is killed in the middle of looking again', {
  timeout: 300_000,
}, async () => {
  await killFlow();
  const hour = Number((await awards())[0]?.at) + 1 - HOUR;
  const retracted = PEOPLE.flatMap((person) =>
    Array.from({ length: 12 }, (_, n) => correction(`${person}-${hour}-${n}`)),
  );
  expect((await house.surely('POST', '/api/v1/events', retracted)).body).toMatchObject({ accepted: retracted.length });
  // hours to come, in which nobody works; the first kill is on the way to the close, the others within one
  const next = Math.floor(Date.now() / HOUR) * HOUR;
  for (const [n, table] of REVISITS.entries()) {
    await close('hour', next + n * HOUR, HOUR);
    await killWhileWaitingFor(table);
  }
  const position = await close('hour', next + REVISITS.length * HOUR, HOUR);
  await startFlow();
  await reflected(position);

  const { rows } = await held.query("select data from events where type = 'points.corrected'");
  expect(rows.map(({ data }) => data.person).sort()).toEqual([...PEOPLE].sort());
  expect(rows.every(({ data }) => data.before === 10 && data.amount === 0 && data.causesTotal === 12)).toBe(true);
  const { body } = await house.surely('GET', '/api/v1/ledger');
  expect(body).toMatchObject({ sum: 0, chain: 'verified' });
  for (const person of PEOPLE) {
    const { balance } = (await house.surely('GET', `/api/v1/people/${person}/points`)).body;
    expect(balance).toBe(await entriesOf(person));
    expect(await awardedTo(person)).toBe(10 * (CUTS.length - 1));
  }
});

const correction = (id: string) => ({
  specversion: '1.0',
  id: `retract-${id}`,
  source: 'acd',
  type: 'correction',
  time: new Date().toISOString(),
  data: { of: { source: 'acd', id }, action: 'retract' },
});

async function begin(hours: number[]): Promise<void> {
  await house.call('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main' }]);
  const people = PEOPLE.map((id) => ({
    id,
    name: id,
    roles: ['agent'],
    team: 'red',
    identities: [{ source: 'acd', agent: id }],
  }));
  expect((await house.call('PUT', '/api/v1/people', people)).status).toBe(200);
  await house.call('PUT', '/api/v1/targets', [{ kpi: 'aht', floor: 400_000, target: 300_000, stretch: 200_000 }]);
  await house.call('PUT', '/api/v1/scorecards/agent', { kpis: [{ kpi: 'aht', weight: 1 }], gates: [] });
  const calls = hours.flatMap((from) =>
    PEOPLE.flatMap((person) =>
      Array.from({ length: 12 }, (_, n) =>
        leg(`${person}-${from}-${n}`, person, {}, new Date(from + (5 + n * 4) * 60_000).toISOString()),
      ),
    ),
  );
  expect((await house.call('POST', '/api/v1/events', calls)).body).toMatchObject({ accepted: calls.length });
}

async function close(window: string, from: number, length: number): Promise<number> {
  const span = { from: new Date(from).toISOString(), to: new Date(from + length).toISOString() };
  return (await house.ground.log.submit(await orgId(), [windowClosed(window, 'UTC', span)])).position;
}

/** Starts the flow against a table that nobody can write, and kills it when it stands there with its transaction open. */
async function killWhileWaitingFor(table: string): Promise<void> {
  await held.query('begin');
  await held.query(`lock table ${table} in share mode`);
  await startFlow();
  const started = Date.now();
  while ((await waitingFor(table)) === 0)
    if (Date.now() - started > PATIENCE_MS) throw new Error(`the flow never came to write ${table}`);
  await killFlow();
  await held.query('rollback');
  // what the clock would do ten seconds later: the lease of the dead runs out
  await held.query("update flows set lease_until = now() - interval '1 second'");
}

async function waitingFor(table: string): Promise<number> {
  const { rows } = await held.query(
    `select count(*)::int as n from pg_locks
     where not granted and relation = $1::regclass and database = (select oid from pg_database where datname = current_database())`,
    [table],
  );
  return rows[0].n;
}

async function startFlow(): Promise<void> {
  const { options } = house.ground.redis;
  const env = {
    ...process.env,
    DATABASE_URL: house.databaseUrl,
    REDIS_URL: `${inject('redisUrl')}/${options.db ?? 0}`,
    PORT: String(await freePort()),
    DATA_DIR: dataFolder(),
    DEMO: 'off',
    ROLES: 'flow',
    TIME_ZONE: 'UTC',
    LOG_LEVEL: 'error',
  };
  flow = spawn(process.execPath, [path.join(root, 'server/main.ts')], { env, stdio: 'ignore' });
}

async function killFlow(): Promise<void> {
  const child = flow as ChildProcess;
  expect(child.exitCode).toBeNull();
  const gone = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  child.kill('SIGKILL');
  expect(await gone).toBe('SIGKILL');
}

/** Until everything in the log is reflected: what a closing decides stands behind it. */
async function reflected(position: number): Promise<void> {
  const started = Date.now();
  const reached = async () => {
    const { rows } = await held.query(
      'select f.position, (select max(position) from events) as head from flows f order by f.org_id limit 1',
    );
    return Number(rows[0].position) >= Math.max(position, Number(rows[0].head));
  };
  while (!(await reached()))
    if (Date.now() - started > PATIENCE_MS) throw new Error('the flow does not come to the end');
}

async function orgId(): Promise<number> {
  return (await held.query('select org_id from flows order by org_id limit 1')).rows[0].org_id;
}

async function awards(): Promise<{ person: string; at: string; amount: number }[]> {
  const { rows } = await held.query(
    `select t.person, t.at, e.amount::int as amount from transfers t
     join entries e on e.transfer = t.id and e.account = 'person:' || t.person where t.kind = 'award'`,
  );
  return rows;
}

async function told(): Promise<number> {
  return (await held.query("select count(*)::int as n from events where type = 'points.awarded'")).rows[0].n;
}

async function entriesOf(person: string): Promise<number> {
  const sum = 'select sum(amount)::int as n from entries where account = $1';
  return (await held.query(sum, [`person:${person}`])).rows[0].n;
}

/** What somebody's hours came to, as corrected since. */
async function awardedTo(person: string): Promise<number> {
  const { rows } = await held.query(
    `select sum(e.amount)::int as n from transfers t join entries e on e.transfer = t.id and e.account = 'person:' || t.person
     where t.person = $1 and t.kind in ('award', 'correction')`,
    [person],
  );
  return rows[0].n;
}
