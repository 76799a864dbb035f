import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freePort } from '../../server/foundation/embedded/processes.ts';
import { leg } from '../legs.ts';
import { KEY, newHouse, type Open } from '../open-house.ts';

const root = path.resolve(import.meta.dirname, '../..');
const children: ChildProcess[] = [];
let house: Open;
beforeAll(async () => {
  // the doors of this house are not used: it makes the database, and shows what stands in it
  house = await newHouse({ env: { ROLES: 'web', TIME_ZONE: 'UTC' } });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await house?.shut();
});

const call = (id: string) => leg(id, 'ana', {}, new Date(Date.now() - 60_000).toISOString());

it('a process that is told to stop under load loses nothing that it acknowledged, and another goes on within two seconds', async () => {
  const leaving = await started();
  const staying = await started();
  const load = keepPosting(leaving.url);
  await until('the load is on', () => load.acknowledged.size > 500);
  const holder = (await state()).holder;
  const half = await halfAPost(leaving.url, [call('held')]);

  const gone = new Promise<number | null>((resolve) => leaving.child.once('exit', resolve));
  leaving.child.kill('SIGTERM');
  await until('it says that it is not ready', async () => (await ask(`${leaving.url}/readyz`)).status === 503);
  // a supervisor tells the group, and the parent passes it on
  leaving.child.kill('SIGTERM');
  const ready = await ask(`${leaving.url}/readyz`);
  expect(ready.body.problems).toEqual(['this process is stopping']);
  expect((await ask(`${leaving.url}/healthz`)).status).toBe(200);
  const refused = await ask(`${leaving.url}/api/v1/events`, [call('late')]);
  expect(refused.status).toBe(503);
  expect(refused.body.code).toBe('stopping');
  expect(refused.headers.get('retry-after')).toBe('2');
  expect(refused.headers.get('connection')).toBe('close');

  expect(await half.finish()).toContain('HTTP/1.1 200');
  expect(await gone).toBe(0);
  const stopped = performance.now();
  await until('the other has taken over', async () => {
    const { holder: now } = await state();
    return now !== null && now !== holder;
  });
  expect(performance.now() - stopped).toBeLessThan(2_000);
  await load.ended;
  await until('it is at the end of the log', async () => {
    const { position, head } = await state();
    return position >= head;
  });

  const kept = await house.every.rows<{ id: string }>("select id from events where source = 'acd'");
  const ids = new Set(kept.map(({ id }) => id));
  expect([...load.acknowledged, 'held'].filter((id) => !ids.has(id))).toEqual([]);
  expect(ids.has('late')).toBe(false);
  expect(kept.length).toBe(ids.size);
  const [counted] = await house.every.rows<{ n: number }>('select coalesce(sum(handled), 0)::int as n from facts');
  expect(counted?.n).toBe(ids.size);
  expect((await ask(`${staying.url}/readyz`)).status).toBe(200);
  staying.child.kill('SIGTERM');
});

it('the sockets are told when to come back, each at another moment, before they are closed; and come back', async () => {
  const other = await newHouse();
  const sockets = await Promise.all(Array.from({ length: 20 }, () => other.socket()));
  const told = Promise.all(
    sockets.map(
      (socket) => new Promise<number>((resolve) => socket.once('leaving', ({ againMs }) => resolve(againMs))),
    ),
  );
  const closed = Promise.all(
    sockets.map((socket) => new Promise<string>((resolve) => socket.once('disconnect', (reason) => resolve(reason)))),
  );
  await other.close();
  const waits = await told;
  expect(Math.max(...waits)).toBeLessThanOrEqual(3_000);
  expect(new Set(waits).size).toBeGreaterThan(10);
  // after this reason a browser comes back by itself; after "io server disconnect" it would stay away
  expect(new Set(await closed)).toEqual(new Set(['transport close']));
});

type Started = { child: ChildProcess; url: string };

/** A process of the house with doors and flow on the same database. */
async function started(): Promise<Started> {
  const { options } = house.ground.redis;
  const port = await freePort();
  const env = {
    ...process.env,
    DATABASE_URL: house.databaseUrl,
    REDIS_URL: `${inject('redisUrl')}/${options.db ?? 0}`,
    PORT: String(port),
    DATA_DIR: mkdtempSync(path.join(tmpdir(), 'floorlight-stopping-')),
    DEMO: 'off',
    ROLES: 'flow',
    LOG_LEVEL: 'error',
  };
  const child = spawn(process.execPath, [path.join(root, 'server/main.ts')], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  const url = `http://127.0.0.1:${port}`;
  await until('the process serves', async () => (await ask(`${url}/readyz`).catch(() => null))?.status === 200);
  return { child, url };
}

/** Four who post without a pause, until the process does not take any more. */
function keepPosting(url: string) {
  const acknowledged = new Set<string>();
  const post = async (who: number): Promise<void> => {
    for (let n = 0; ; n++) {
      const events = Array.from({ length: 10 }, (_, at) => call(`${who}-${n}-${at}`));
      const answer = await ask(`${url}/api/v1/events`, events).catch(() => null);
      if (answer?.status !== 200) return;
      for (const { id } of events) acknowledged.add(id);
    }
  };
  return { acknowledged, ended: Promise.all([1, 2, 3, 4].map(post)) };
}

/** A call whose body is only half there. */
async function halfAPost(url: string, events: unknown[]) {
  const { hostname, port, host } = new URL(url);
  const body = JSON.stringify(events);
  const socket: Socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.once('connect', resolve));
  const head = [
    'POST /api/v1/events HTTP/1.1',
    `host: ${host}`,
    `authorization: Bearer ${KEY}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    // the server says when it has begun with it
    'expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write(body.slice(0, 20));
  return {
    finish: async (): Promise<string> => {
      const answer = new Promise<string>((resolve, reject) => {
        socket.once('data', (chunk) => resolve(String(chunk))).once('error', reject);
      });
      socket.write(body.slice(20));
      return answer;
    },
  };
}

async function ask(url: string, body?: unknown) {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${KEY}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as scripts read them
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}

async function state(): Promise<{ position: number; head: number; holder: string | null }> {
  const [row] = await house.every.rows<{ position: number; head: number; holder: string | null }>(
    'select position, holder, (select max(position) from events) as head from flows order by org_id limit 1',
  );
  return row as { position: number; head: number; holder: string | null };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const from = performance.now();
  while (!(await holds())) {
    if (performance.now() - from > 60_000) throw new Error(`it never came that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
