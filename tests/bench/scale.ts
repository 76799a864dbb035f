import { type Cost, costOf } from './ingest.ts';
import { populate } from './load.ts';
import { type Servers, startProduct } from './product.ts';
import { median, rounded, table } from './table.ts';

const SIZES = [100, 10_000, 100_000];
const EVENTS = Number(process.env.BENCH_EVENTS ?? 20_000);
const ROUNDS = Number(process.env.BENCH_SCALE_ROUNDS ?? 6);

/** CPU per event over all processes with more and more agents. */
export async function scale(servers: Servers) {
  const costs: number[] = [];
  const rows: (string | number)[][] = [];
  for (const people of SIZES) {
    const product = await startProduct(servers, `scale_${people}`);
    try {
      const started = performance.now();
      await populate(product, people);
      const made = (performance.now() - started) / 1000;
      const found: Cost[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const cost = await costOf(product, { people, events: EVENTS, first: round * EVENTS });
        if (round > 0) found.push(cost);
      }
      costs.push(median(found.map((cost) => cost.total)));
      const of = (name: 'node' | 'postgres' | 'redis') => median(found.map((cost) => cost.us[name]));
      rows.push([
        people,
        made,
        median(found.map((cost) => cost.perSecond)),
        of('node'),
        of('postgres'),
        of('redis'),
        costs.at(-1) ?? 0,
      ]);
    } finally {
      await product.stop();
    }
  }
  table(['agents', 'set up s', 'events/s', 'node us', 'pg us', 'redis us', 'all us'], rows);
  const [few = 1, some = 1, many = 1] = costs;
  return { growth: rounded(many / some, 2), growthFrom100: rounded(many / few, 2) };
}
