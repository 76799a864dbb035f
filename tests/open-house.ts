import { randomUUID } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import type { DestinationStream } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { inject } from 'vitest';
import { readConfig } from '../server/foundation/config.ts';
import { migrateDb, openOwnDb, type Reach } from '../server/foundation/db.ts';
import { openLogger } from '../server/foundation/logging.ts';
import { openRedis } from '../server/foundation/redis.ts';
import { type House, openHouse } from '../server/house.ts';
import { begin } from '../server/people/begin.ts';
import { dataFolder } from './data-folder.ts';
import { againIn, patiently } from './patiently.ts';

export const KEY = 'fl_test_0123456789abcdef0123456789abcdef';

/** A Redis server has 16 databases; the first keeps count. */
const REDIS_DATABASES = 15;

type Call = (
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<{ status: number; body: any; againMs?: number }>;

export type Open = House & {
  url: string;
  databaseUrl: string;
  /** Everything that is there, as the owner of the house sees it. */
  every: Reach;
  time: { now: number };
  /** A call with the API key, answered as `{status, body}`. */
  call: Call;
  /** The same, asked again while the house is busy: for reads that come right after much was posted. */
  surely: Call;
  /** A socket with a token (the key's by default), or with headers of a browser. */
  socket(token?: string, headers?: Record<string, string>): Promise<Socket>;
  shut(): Promise<void>;
};

/** The whole house on real servers and a free port: doors, flow and live window, with one key of all scopes. */
export async function newHouse(
  options: { now?: number; env?: Record<string, string>; log?: string; logTo?: DestinationStream } = {},
): Promise<Open> {
  const name = `h_${randomUUID().replaceAll('-', '')}`;
  const server = inject('databaseUrl');
  await run(server, `create database ${name}`);
  const databaseUrl = server.replace(/\/[^/]+$/, `/${name}`);
  await migrateDb(databaseUrl, path.resolve(import.meta.dirname, '../drizzle'));
  const redisUrl = await redisOfItsOwn();
  const time = { now: options.now ?? Date.now() };
  const config = readConfig(
    { DEMO: 'off', DATA_DIR: dataFolder(), API_KEY: KEY, ROLES: 'web,flow', ...options.env },
    '/',
  );
  const clock = options.now === undefined ? { now: () => Date.now() } : { now: () => time.now };
  const house = await openHouse({
    config,
    databaseUrl,
    redisUrl,
    clock,
    log: openLogger(options.log ?? 'silent', options.logTo),
  });
  const own = openOwnDb(databaseUrl, 1);
  await house.ground.redis.flushdb();
  await begin(house.ground);
  const url = await house.app.listen({ host: '127.0.0.1', port: 0 });
  const sockets: Socket[] = [];
  const call: Call = async (method, at, body, headers = {}) => {
    const response = await fetch(url + at, {
      method,
      headers: {
        ...(headers.cookie ? {} : { authorization: `Bearer ${KEY}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const read = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
    return { status: response.status, body: read, ...againIn(response.headers) };
  };
  return {
    ...house,
    url,
    databaseUrl,
    every: own.every,
    time,
    call,
    surely: (...asked) => patiently(() => call(...asked)),
    socket: async (token, headers) => {
      const socket = io(url, {
        transports: ['websocket'],
        ...(headers ? { extraHeaders: headers } : { auth: { token: token ?? KEY } }),
        reconnection: false,
      });
      sockets.push(socket);
      await new Promise<void>((resolve, reject) =>
        socket.once('connect', () => resolve()).once('connect_error', reject),
      );
      return socket;
    },
    shut: async () => {
      for (const socket of sockets) socket.disconnect();
      await Promise.all([house.close(), own.close()]);
      await run(server, `drop database ${name} with (force)`);
    },
  };
}

/** Organisations are numbered per database and Redis is shared, so houses that are open at once get Redis databases in turn. */
async function redisOfItsOwn(): Promise<string> {
  const server = inject('redisUrl');
  const redis = openRedis(server);
  await redis.connect();
  const turn = await redis.incr('test:houses');
  redis.disconnect();
  return `${server}/${1 + (turn % REDIS_DATABASES)}`;
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(statement);
  await client.end();
}
