import { setTimeout as wait } from 'node:timers/promises';
import type { Heard, Opening } from './crowd.ts';
import { type Crowd, openCrowd } from './crowds.ts';
import { legOf, populate } from './load.ts';
import { KEY, type Product, type Servers, startProduct } from './product.ts';
import { quantile, rounded, table } from './table.ts';

const PER_SECOND = Number(process.env.BENCH_RATE ?? 500);
const SOCKETS = Number(process.env.BENCH_SOCKETS ?? 500);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
const WARM_SECONDS = 4;
const PER_POST = 20;
const PEOPLE = 1_000;
const TEAM = 40;
const BOARD = 'board:handling:day:team:t0';

type Sent = { at: number; position: number; people: Set<string> };

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
    await post(product, { seconds: WARM_SECONDS, first: 0 });
    const before = product.cpu();
    const started = performance.now();
    const sent = await post(product, { seconds: SECONDS, first: 1_000_000 });
    const seconds = (performance.now() - started) / 1000;
    const after = product.cpu();
    await wait(500);
    return told(await hear(crowd), sent, {
      node: (after.node - before.node) / 1e4 / seconds,
      all: (sum(after) - sum(before)) / 1e4 / seconds,
    });
  } finally {
    await product.stop();
  }
}

async function hear(crowd: Crowd): Promise<Heard> {
  return crowd.end();
}

/** Posts of 20 at a steady rate; each has a call of somebody on the team's board and of people with sockets. */
async function post(product: Product, plan: { seconds: number; first: number }): Promise<Sent[]> {
  const sent: Sent[] = [];
  const every = (1000 * PER_POST) / PER_SECOND;
  const started = performance.now();
  const waiting: Promise<void>[] = [];
  for (let n = 0; n < (plan.seconds * PER_SECOND) / PER_POST; n++) {
    const events = Array.from({ length: PER_POST }, (_, k) =>
      withMember(legOf(plan.first + n * PER_POST + k, PEOPLE), k === 0 ? n % TEAM : null),
    );
    const body = Buffer.from(JSON.stringify(events));
    const due = started + n * every - performance.now();
    if (due > 0) await wait(due);
    const at = performance.timeOrigin + performance.now();
    const people = new Set(events.map((event) => `person:p${(event.data as { agent: string }).agent}`));
    waiting.push(
      product
        .call<{ position: string }>('POST', '/api/v1/events', body)
        .then(({ position }) => void sent.push({ at, position: Number(position), people })),
    );
  }
  await Promise.all(waiting);
  return sent;
}

function withMember(event: Record<string, unknown>, member: number | null) {
  return member === null ? event : { ...event, data: { ...(event.data as object), agent: String(member) } };
}

function told({ heard, messages }: Heard, sent: readonly Sent[], cpu: { node: number; all: number }) {
  const boards: number[] = [];
  const own: number[] = [];
  for (const { topic, at } of heard) {
    for (const post of sent) {
      if (topic !== BOARD && !post.people.has(topic)) continue;
      const first = at.find(([position]) => position >= post.position);
      // what is sent in the last instants may be heard after the end
      if (first) (topic === BOARD ? boards : own).push(first[1] - post.at);
    }
  }
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
