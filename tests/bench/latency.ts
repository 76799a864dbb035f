import { setTimeout as wait } from 'node:timers/promises';
import type { Heard, Opening } from './crowd.ts';
import { openCrowd } from './crowds.ts';
import { populate } from './load.ts';
import { KEY, type Servers, startProduct } from './product.ts';
import { delays, type Sent, steadily } from './steady.ts';
import { quantile, rounded, table } from './table.ts';

const PER_SECOND = Number(process.env.BENCH_RATE ?? 500);
const SOCKETS = Number(process.env.BENCH_SOCKETS ?? 500);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
const WARM_SECONDS = 4;
const PEOPLE = 1_000;
const TEAM = 40;
const BOARD = 'board:handling:day:team:t0';

/** From sending a post to its message at each socket: all watch one board, each its own person besides. */
export async function latency(servers: Servers) {
  const product = await startProduct(servers, 'latency');
  try {
    await populate(product, PEOPLE, ['org', 'team:t0']);
    const topics = Array.from({ length: SOCKETS }, (_, n) => [BOARD, `person:p${n % PEOPLE}`]);
    const crowd = await openCrowd({
      kind: 'open',
      url: product.url,
      token: KEY,
      sockets: SOCKETS,
      topics,
    } satisfies Opening);
    const plan = { perSecond: PER_SECOND, people: PEOPLE, leader: (post: number) => post % TEAM };
    await steadily(product, { ...plan, seconds: WARM_SECONDS, first: 0 });
    const before = product.cpu();
    const started = performance.now();
    const sent = await steadily(product, { ...plan, seconds: SECONDS, first: 1_000_000 });
    const seconds = (performance.now() - started) / 1000;
    const after = product.cpu();
    await wait(500);
    return told(await crowd.end(), sent, {
      node: (after.node - before.node) / 1e4 / seconds,
      all: (sum(after) - sum(before)) / 1e4 / seconds,
    });
  } finally {
    await product.stop();
  }
}

function told({ heard, messages }: Heard, sent: readonly Sent[], cpu: { node: number; all: number }) {
  const boards = delays(heard, sent, (topic) => topic === BOARD);
  const own = delays(heard, sent, (topic, { people }) => people.has(topic));
  const row = (name: string, values: number[]) => [
    name,
    values.length,
    quantile(values, 0.5),
    quantile(values, 0.95),
    quantile(values, 0.99),
    quantile(values, 1),
  ];
  table(['topic', 'samples', 'p50 ms', 'p95 ms', 'p99 ms', 'most ms'], [row('board', boards), row('own', own)]);
  table(['messages', 'node % of a core', 'all % of a core'], [[messages, cpu.node, cpu.all]]);
  return {
    p50Ms: rounded(quantile(boards, 0.5), 1),
    p99Ms: rounded(quantile(boards, 0.99), 1),
    ownP50Ms: rounded(quantile(own, 0.5), 1),
  };
}

const sum = (cpu: Record<string, number>): number => Object.values(cpu).reduce((a, b) => a + b, 0);
