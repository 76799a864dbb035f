import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { isRoot, postgresPrograms, reachableFolder, unprivileged } from './binaries.ts';
import { endProcess, freePort, isAlive, kept, type Running } from './processes.ts';

export type PostgresWish = {
  dataDir: string;
  /** For tests: nothing is flushed to disk, and the data goes with the server. */
  ephemeral?: boolean;
  /** For a server that is to come back where it was; a free one when missing. */
  port?: number;
};

const DURABLE = ['max_connections=80', 'shared_buffers=256MB', 'max_wal_size=2GB', 'checkpoint_timeout=15min'];
const EPHEMERAL = [
  'max_connections=80',
  'shared_buffers=128MB',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_wal_size=2GB',
];

/** Starts a private PostgreSQL on a free loopback port, or adopts the one that a killed run left on the same data. */
export async function startPostgres(wish: PostgresWish): Promise<Running> {
  const dataDir = reachableFolder(wish.dataDir);
  const left = leftRunning(dataDir);
  if (left) return left;
  const bin = postgresPrograms();
  const fresh = !existsSync(path.join(dataDir, 'PG_VERSION'));
  if (fresh) initialise(bin, dataDir, wish);
  const port = wish.port ?? (await freePort());
  const settings = [
    ...(wish.ephemeral ? EPHEMERAL : DURABLE),
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
  ];
  const child = spawn(
    path.join(bin, 'postgres'),
    ['-D', dataDir, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    {
      ...unprivileged(),
      env: environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
      // a Ctrl-C in the terminal must reach only us: PostgreSQL stops after the house has closed
      detached: true,
    },
  );
  await accepting(child);
  // fast shutdown drops clients and writes a checkpoint; the forced one leaves recovery to the next start
  const end = kept(child, { ask: 'SIGINT', force: 'SIGQUIT' });
  await ensureDatabase(port);
  return {
    url: urlAt(port),
    adopted: false,
    stop: async () => {
      await end();
      if (wish.ephemeral) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const urlAt = (port: number | string, database = 'app'): string => `postgres://app@127.0.0.1:${port}/${database}`;
const environment = () => ({ ...process.env, LC_ALL: 'C', TZ: 'UTC' });

function leftRunning(dataDir: string): Running | null {
  const file = path.join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n');
  if (!port || !isAlive(Number(pid))) return null;
  return { url: urlAt(port), adopted: true, stop: () => endProcess(Number(pid), 'SIGINT') };
}

function initialise(bin: string, dataDir: string, wish: PostgresWish): void {
  // whatever an initialisation that was cut off has left
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { mode: 0o700 });
  const user = unprivileged();
  if (isRoot) chownSync(dataDir, user.uid as number, user.gid as number);
  const options = [
    '-D',
    dataDir,
    '-U',
    'app',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    ...(wish.ephemeral ? ['--no-sync'] : []),
  ];
  const done = spawnSync(path.join(bin, 'initdb'), options, { ...user, env: environment(), encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`PostgreSQL could not be initialised: ${done.error?.message ?? done.stderr}`);
}

function accepting(child: ChildProcess): Promise<void> {
  let tail = '';
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (chunk) => {
      tail = (tail + String(chunk)).slice(-2000);
      if (tail.includes('ready to accept connections')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended (${code}): ${tail}`)));
    child.once('error', reject);
  });
}

/** Made when it is missing, so that a start that was cut off after the initialisation is mended by the next. */
async function ensureDatabase(port: number): Promise<void> {
  const client = new pg.Client(urlAt(port, 'postgres'));
  await client.connect();
  const { rowCount } = await client.query("select 1 from pg_database where datname = 'app'");
  if (rowCount === 0) await client.query('create database app');
  await client.end();
}
