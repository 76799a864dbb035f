import { populate, postsOf, send } from './load.ts';
import { type Product, type Servers, startProduct } from './product.ts';
import { openRaw } from './raw.ts';
import { sealKeys } from './sealed.ts';
import { median, rounded, table } from './table.ts';

const PEOPLE = Number(process.env.BENCH_PEOPLE ?? 10_000);
const EVENTS = Number(process.env.BENCH_EVENTS ?? 30_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 12);
/** So many events are taken for removed; without, nothing was ever sealed. */
const SEALED_KEYS = Number(process.env.BENCH_SEALED_KEYS ?? 0);

type Cpu = ReturnType<Product['cpu']>;
export type Cost = { perSecond: number; us: Cpu; total: number };

/** Events taken in, counted and on the boards, against bare inserts, in turns: both see the same machine. */
export async function ingest(servers: Servers) {
  const product = await startProduct(servers, 'ingest');
  const raw = await openRaw(product.databaseUrl, servers.postgres, PEOPLE);
  const ours: Cost[] = [];
  const bare: { perSecond: number; us: number }[] = [];
  try {
    await populate(product, PEOPLE);
    if (SEALED_KEYS > 0) await sealKeys(product, SEALED_KEYS);
    for (let round = 0; round <= ROUNDS; round++) {
      const cost = await costOf(product, { people: PEOPLE, events: EVENTS, first: round * EVENTS });
      const { seconds, cpuUs } = await raw.write(EVENTS);
      // the first round warms both up
      if (round === 0) continue;
      ours.push(cost);
      bare.push({ perSecond: EVENTS / seconds, us: cpuUs / EVENTS });
    }
  } finally {
    await raw.close();
    await product.stop();
  }
  const rows = ours.map((cost, n) => [
    n + 1,
    cost.perSecond,
    cost.us.node,
    cost.us.postgres,
    cost.us.redis,
    cost.total,
    bare[n]?.perSecond ?? 0,
    bare[n]?.us ?? 0,
  ]);
  table(['round', 'events/s', 'node us', 'pg us', 'redis us', 'all us', 'raw/s', 'raw us'], rows);
  const perSecond = median(ours.map((cost) => cost.perSecond));
  const rawPerSecond = median(bare.map((one) => one.perSecond));
  return {
    share: rounded(perSecond / rawPerSecond, 3),
    cpuRatio: rounded(median(ours.map((cost, n) => cost.total / (bare[n]?.us ?? 1))), 2),
    perSecond: Math.round(perSecond),
    raw: Math.round(rawPerSecond),
  };
}

/** What events cost the product, microseconds of CPU each, sent in posts of 100 to 500. */
export async function costOf(product: Product, plan: { people: number; events: number; first: number }): Promise<Cost> {
  const customers = process.env.BENCH_CUSTOMERS === '1';
  const sizes = [100, 200, 300, 400, 500];
  const posts = sizes.flatMap((per, n) =>
    postsOf({
      ...plan,
      per,
      customers,
      events: plan.events / sizes.length,
      first: plan.first + (n * plan.events) / sizes.length,
    }),
  );
  const before = product.cpu();
  const { seconds, accepted } = await send(product, posts, 8);
  const after = product.cpu();
  if (accepted !== plan.events) throw new Error(`${plan.events} events were sent and ${accepted} taken`);
  const each = (name: keyof Cpu) => (after[name] - before[name]) / plan.events;
  const us = { node: each('node'), postgres: each('postgres'), redis: each('redis') };
  return { perSecond: plan.events / seconds, us, total: us.node + us.postgres + us.redis };
}
