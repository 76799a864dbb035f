import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startPostgres } from '../../server/foundation/embedded/postgres.ts';
import { freePort } from '../../server/foundation/embedded/processes.ts';
import { startRedis } from '../../server/foundation/embedded/redis.ts';
import { type Crew, cpuOf } from './cpu.ts';

export const KEY = 'fl_bench_0123456789abcdef0123456789abcdef';
export const root = path.resolve(import.meta.dirname, '../..');

export type Servers = {
  dir: string;
  databaseUrl: string;
  redisUrl: string;
  postgres: Crew;
  redis: Crew;
  stop(): Promise<void>;
};
export type Product = {
  url: string;
  databaseUrl: string;
  redisUrl: string;
  node: Crew;
  servers: Servers;
  /** CPU of all its processes so far, microseconds. */
  cpu(): { node: number; postgres: number; redis: number };
  call<T>(method: 'GET' | 'PUT' | 'POST', at: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
};

/** PostgreSQL and Redis as the product would start them, durable, in a folder that goes in the end. */
export async function startServers(): Promise<Servers> {
  const dir = mkdtempSync(path.join('/var/tmp', 'floorlight-bench-'));
  chmodSync(dir, 0o755);
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir: `${dir}/pg` }),
    startRedis({ dataDir: `${dir}/redis`, cache: path.join(root, '.data') }),
  ]);
  const { pid } = JSON.parse(readFileSync(`${dir}/redis/server.json`, 'utf8')) as { pid: number };
  return {
    dir,
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    postgres: { pid: Number(readFileSync(`${dir}/pg/postmaster.pid`, 'utf8').split('\n')[0]), family: true },
    redis: { pid, family: false },
    stop: async () => {
      await Promise.all([postgres.stop(), redis.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The product as a user would run it, on an empty database of its own, with these settings besides. */
export async function startProduct(
  servers: Servers,
  name: string,
  settings: Record<string, string> = {},
): Promise<Product> {
  const databaseUrl = await freshDatabase(servers, name);
  const port = await freePort();
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    REDIS_URL: servers.redisUrl,
    PORT: String(port),
    DATA_DIR: path.join(servers.dir, name),
    DEMO: 'off',
    API_KEY: KEY,
    ROLES: 'web,flow,jobs',
    LOG_LEVEL: 'warn',
    NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS ?? '',
    ...settings,
  };
  const child = spawnWide([path.join(root, 'server/main.ts')], env);
  await said(child, 'is ready');
  const url = `http://127.0.0.1:${port}`;
  const node = { pid: child.pid as number, family: false };
  return {
    url,
    databaseUrl,
    servers,
    node,
    redisUrl: servers.redisUrl,
    cpu: () => ({ node: cpuOf([node]), postgres: cpuOf([servers.postgres]), redis: cpuOf([servers.redis]) }),
    call: (method, at, body) => call(url + at, method, body),
    stop: () => ended(child),
  };
}

/** A Node process that may open as many sockets as the machine allows. */
export function spawnWide(args: string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
  const script = 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"';
  return spawn('sh', ['-c', script, process.execPath, ...args], { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
}

/** Waits until a child has said something. */
export function said(child: ChildProcess, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes(words)) resolve(text);
    });
    child.once('exit', (code) => reject(new Error(`a process ended too early (${code})`)));
  });
}

export async function ended(child: ChildProcess): Promise<void> {
  const end = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await end;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One call with the API key. @throws Error for any answer but a good one */
export function call<T>(url: string, method: string, body?: unknown): Promise<T> {
  const payload = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${KEY}`,
    ...(payload === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload as string) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text) as T);
        else reject(new Error(`${method} ${url}: ${response.statusCode} ${text.slice(0, 500)}`));
      });
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}

async function freshDatabase(servers: Servers, name: string): Promise<string> {
  const client = new pg.Client(servers.databaseUrl);
  await client.connect();
  await client.query(`create database bench_${name}`);
  await client.end();
  const redis = new Redis(servers.redisUrl);
  await redis.flushall();
  redis.disconnect();
  return servers.databaseUrl.replace(/\/[^/]+$/, `/bench_${name}`);
}
