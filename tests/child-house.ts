import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** The product in a process of its own, which may be killed, and whose memory is its own. */
export type Child = {
  process: ChildProcess;
  url: string;
  /** Resident memory now, bytes. */
  memory(): number;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Asks it to leave. */
  stop(): Promise<void>;
};
export type ChildPlan = {
  databaseUrl: string;
  redisUrl: string;
  port: number;
  env?: Record<string, string>;
  /** Options of Node itself. */
  node?: string[];
};

/** Starts the product; settled when it serves. */
export async function startChild({ databaseUrl, redisUrl, port, env = {}, node = [] }: ChildPlan): Promise<Child> {
  const child = spawn(
    'sh',
    ['-c', 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"', process.execPath, ...node, path.join(root, 'server/main.ts')],
    {
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
        PORT: String(port),
        DATA_DIR: mkdtempSync(path.join(tmpdir(), 'floorlight-child-')),
        DEMO: 'off',
        LOG_LEVEL: 'error',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes('is ready')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the house ended too early (${code})`)));
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  return {
    process: child,
    url: `http://127.0.0.1:${port}`,
    memory: () => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}
