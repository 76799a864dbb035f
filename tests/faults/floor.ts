import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../server/foundation/embedded/processes.ts';
import { Child, intoFile } from './child.ts';
import { AGENTS, SOURCE } from './contacts.ts';
import { TARGET } from './count.ts';
import { ask, type Servers } from './servers.ts';
import { type Answer, call, KEY } from './wire.ts';

/**
 * One process that does everything; the doors apart from the flow and the jobs; or two of each, on a Redis Cluster of
 * three nodes.
 */
export type Arrangement = 'one' | 'split' | 'cluster';

const root = path.resolve(import.meta.dirname, '../..');
export const results = path.join(root, 'test-results/faults');

/** The product on its servers, in processes of its own, with everything that it must not do written down. */
export type Floor = {
  name: string;
  servers: Servers;
  databaseUrl: string;
  /** Doors by which it is called, in turn. */
  urls: string[];
  webs: Child[];
  /** Where the flow turns: the same process in the arrangement of one. */
  flows: Child[];
  children: Child[];
  /** What was seen that may not be, in words. */
  faults: string[];
  /** Whether nobody kills its doors: then every call must be answered. */
  stands: boolean;
  /** How often a stale writer was refused, by process. */
  refused: Map<string, number>;
  /** Processes that found out that they had lost the lease before they wrote. */
  noticed: Set<string>;
  /** How often the flow was killed with its transaction open. */
  caught: number;
  call(method: string, at: string, body?: unknown): Promise<Answer>;
  /** A call that is repeated until it is answered well. */
  surely<T>(method: string, at: string, body?: unknown): Promise<T>;
  sql<T extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<T[]>;
  close(): Promise<void>;
};

export type FloorPlan = {
  name: string;
  servers: Servers;
  arrangement: Arrangement;
  /** Where the product finds its servers and its callers find it, when a link of ours lies between. */
  through?: { postgres?: string; redis?: string; client?: (port: number) => Promise<string> };
  /** Whether it goes on with the data of a run that was cut off; else it begins with nothing. */
  goesOn?: boolean;
  /** Further processes that turn the flow. */
  flows?: number;
};

/** Starts the product on a database of its own name, and makes its people once. */
export async function openFloor(plan: FloorPlan): Promise<Floor> {
  const { servers, name } = plan;
  const file = logFile(name);
  const databaseUrl = await databaseOf(servers, plan);
  const at = (server: string) => server.replace(/\/[^/]+$/, `/${databaseName(name)}`);
  const refused = new Map<string, number>();
  const noticed = new Set<string>();
  const child = async (called: string, roles: string, port: number) =>
    new Child(called, {
      script: path.join(root, 'server/main.ts'),
      hear: (line) => {
        intoFile(file, called)(line);
        if (line.includes('a stale write was refused')) refused.set(called, (refused.get(called) ?? 0) + 1);
        if (line.includes('the lease was not renewed')) noticed.add(called);
      },
      env: {
        ...process.env,
        DATABASE_URL: at(plan.through?.postgres ?? servers.postgres.url),
        REDIS_URL: plan.through?.redis ?? servers.redis.url,
        PORT: String(port),
        DATA_DIR: path.join(servers.dir, 'product', name, called.replace(' ', '-')),
        DEMO: 'off',
        API_KEY: KEY,
        ROLES: roles,
        TIME_ZONE: 'UTC',
        KEY_CALLS_PER_MINUTE: '10000000',
        LOG_LEVEL: 'info',
      },
    });
  const isDouble = plan.arrangement === 'cluster';
  const [webs, flows, urls]: [Child[], Child[], string[]] = [[], [], []];
  for (let n = 0; n < (isDouble ? 2 : 1); n++) {
    const port = await freePort();
    urls.push((await plan.through?.client?.(port)) ?? `http://127.0.0.1:${port}`);
    webs.push(await child(numbered('web', n), plan.arrangement === 'one' ? 'web,flow,jobs' : 'web', port));
  }
  for (let n = 0; n < (plan.flows ?? (isDouble ? 2 : 1)) && plan.arrangement !== 'one'; n++)
    flows.push(await child(numbered('flow', n), 'flow,jobs', await freePort()));
  const children = [...webs, ...flows];
  try {
    for (const one of children) await one.start();
  } catch (error) {
    // what did come up would stand in the way of the next
    for (const one of children) await one.kill();
    throw error;
  }
  let turn = 0;
  const floor: Floor = {
    name,
    servers,
    databaseUrl,
    urls,
    webs,
    flows: flows.length > 0 ? flows : webs,
    children,
    faults: [],
    stands: false,
    refused,
    noticed,
    caught: 0,
    call: (method, where, body) => call(urls[turn++ % urls.length] + where, method, body),
    surely: (method, where, body) => surely(floor, { method, where, body }),
    sql: (text, values) => ask(databaseUrl, text, values),
    close: async () => {
      for (const one of children) await one.kill('SIGTERM');
    },
  };
  await populate(floor);
  return floor;
}

async function surely<T>(floor: Floor, asked: { method: string; where: string; body?: unknown }): Promise<T> {
  const until = Date.now() + 60_000;
  for (;;) {
    const answer = await floor.call(asked.method, asked.where, asked.body);
    if (answer.status === 200) return answer.body as T;
    if (Date.now() > until)
      throw new Error(`${asked.method} ${asked.where}: ${answer.status} ${JSON.stringify(answer.body)}`);
    await wait(100);
  }
}

async function populate(floor: Floor): Promise<void> {
  await floor.surely('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main' }]);
  const people = Array.from({ length: AGENTS }, (_, n) => ({
    id: `p${n}`,
    name: `Person ${n}`,
    roles: ['agent'],
    team: 'red',
    identities: [{ source: SOURCE, agent: String(n) }],
  }));
  await floor.surely('PUT', '/api/v1/people', people);
  await floor.surely('PUT', '/api/v1/targets', [TARGET]);
  await floor.surely('PUT', '/api/v1/scorecards/agent', { kpis: [{ kpi: 'aht', weight: 1 }], gates: [] });
  const board = { measure: 'aht', window: 'month', unit: 'person', scopes: ['org'], mode: 'full', n: 10 };
  await floor.surely('PUT', '/api/v1/boards/handling', board);
}

const numbered = (name: string, n: number): string => (n === 0 ? name : `${name} ${n + 1}`);

const databaseName = (name: string) => `faults_${name.replaceAll(/[^a-z0-9]/g, '_')}`;

async function databaseOf(servers: Servers, { name, goesOn = false }: FloorPlan): Promise<string> {
  const database = databaseName(name);
  if (!goesOn) {
    await ask(servers.postgres.url, `drop database if exists ${database} with (force)`);
    await ask(servers.postgres.url, `create database ${database}`);
    await servers.redis.empty();
  }
  return servers.postgres.url.replace(/\/[^/]+$/, `/${database}`);
}

function logFile(name: string): string {
  mkdirSync(results, { recursive: true });
  const file = path.join(results, `${databaseName(name)}.log`);
  writeFileSync(file, '');
  return file;
}
