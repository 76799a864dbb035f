import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { redisProgram } from '../server/foundation/embedded/binaries.ts';
import { freePort } from '../server/foundation/embedded/processes.ts';
import { librariesOf } from '../server/foundation/embedded/redis.ts';

const SLOTS = 16_384;
const NODES = 3;

export type RedisCluster = {
  /** As `REDIS_URL` takes it. */
  url: string;
  nodes: { port: number; process: ChildProcess }[];
  /** kill -9 of one node, and waits until it is gone. */
  kill(node: number): Promise<void>;
  /** Starts it again where it was: empty, with its share of the keys. */
  revive(node: number): Promise<void>;
  stop(): Promise<void>;
};

/** Three masters on loopback, or why there are none: a program that cannot be a cluster, or no place for its bus. */
export async function startRedisCluster(): Promise<RedisCluster | { missing: string }> {
  const program = redisProgram(path.resolve('.data'));
  const env = { ...process.env, ...librariesOf(program) };
  const help = spawnSync(program, ['--version'], { encoding: 'utf8', env });
  if (help.status !== 0) return { missing: `${program} does not run` };
  const dir = mkdtempSync(path.join(tmpdir(), 'floorlight-cluster-'));
  const nodes: (RedisCluster['nodes'][number] & { args: string[] })[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map(({ process }) => ended(process)));
    rmSync(dir, { recursive: true, force: true });
  };
  for (let n = 0; n < NODES; n++) {
    const [port, bus] = [await freePort(), await freePort()];
    const settings = { port, bind: '127.0.0.1', dir, save: '', appendonly: 'no', 'cluster-enabled': 'yes' };
    const own = { 'cluster-config-file': `nodes-${n}.conf`, 'cluster-port': bus, 'cluster-announce-ip': '127.0.0.1' };
    const args = Object.entries({ ...settings, ...own }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    nodes.push({ port, args, process: spawn(program, args, { stdio: 'ignore', env }) });
  }
  try {
    await gather(nodes.map(({ port }) => port));
  } catch (error) {
    await stop();
    return { missing: `no cluster could be made of ${program}: ${(error as Error).message}` };
  }
  const nodeOf = (n: number) => nodes[n] as (typeof nodes)[number];
  return {
    url: nodes.map(({ port }) => `redis://127.0.0.1:${port}`).join(','),
    nodes,
    kill: (n) => ended(nodeOf(n).process),
    revive: async (n) => {
      const node = nodeOf(n);
      node.process = spawn(program, node.args, { stdio: 'ignore', env });
      await agreed(nodes.map(({ port }) => port));
    },
    stop,
  };
}

/** Until every node says that the cluster is whole. */
async function agreed(ports: number[]): Promise<void> {
  const all = ports.map((port) => new Redis(port, '127.0.0.1', { retryStrategy: () => 50 }));
  for (const redis of all) redis.on('error', () => {});
  try {
    await untilWhole(all);
  } finally {
    for (const redis of all) redis.disconnect();
  }
}

async function untilWhole(all: Redis[]): Promise<void> {
  const started = Date.now();
  while (!(await Promise.all(all.map(isWhole))).every(Boolean)) {
    if (Date.now() - started > 20_000) throw new Error('the nodes do not agree');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function gather(ports: number[]): Promise<void> {
  const all = ports.map(
    (port) => new Redis(port, '127.0.0.1', { retryStrategy: (times) => (times > 100 ? null : 50) }),
  );
  for (const redis of all) redis.on('error', () => {});
  try {
    const [first, ...others] = all as [Redis, ...Redis[]];
    for (const [n, redis] of all.entries()) {
      const from = Math.floor((n * SLOTS) / NODES);
      await redis.call('CLUSTER', 'ADDSLOTSRANGE', from, Math.floor(((n + 1) * SLOTS) / NODES) - 1);
    }
    const bus = await busOf(first);
    for (const redis of others) await redis.call('CLUSTER', 'MEET', '127.0.0.1', ports[0] as number, bus);
    await untilWhole(all);
  } finally {
    for (const redis of all) redis.disconnect();
  }
}

/** The port of a node's bus, from how it names itself: `id 127.0.0.1:7000@17000 myself,...`. */
async function busOf(redis: Redis): Promise<number> {
  const own = String(await redis.call('CLUSTER', 'NODES'))
    .split('\n')
    .find((line) => line.includes('myself'));
  return Number(/@(\d+)/.exec(own ?? '')?.[1]);
}

async function isWhole(redis: Redis): Promise<boolean> {
  const info = String(await redis.call('CLUSTER', 'INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${NODES}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
