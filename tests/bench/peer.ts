import pg from 'pg';
import { populate, postsOf, send } from './load.ts';
import { type Product, type Servers, startProduct } from './product.ts';
import { median, rounded, table } from './table.ts';

const PEOPLE = 200;
const HISTORIES = [10_000, Number(process.env.BENCH_PEER_EVENTS ?? 300_000)];
const READS = 15;
const AT = '/api/v1/boards/handling?window=day&limit=50';

/** A board that is read from what was kept, and the same board asked of all events each time, as the history grows. */
export async function peer(servers: Servers) {
  const product = await startProduct(servers, 'peer');
  const pool = new pg.Pool({ connectionString: product.databaseUrl, max: 1 });
  const rows: number[][] = [];
  try {
    await populate(product, PEOPLE, ['org']);
    await pool.query(TABLE);
    let before = 0;
    for (const history of HISTORIES) {
      await send(product, postsOf({ people: PEOPLE, events: history - before, per: 500, first: before }), 8);
      await pool.query(COPY, [before]);
      await pool.query('analyze polled');
      before = history;
      rows.push([history, ...(await readBoth(product, pool))]);
    }
  } finally {
    await pool.end();
    await product.stop();
  }
  table(['events', 'ours ms', 'polled ms'], rows);
  const [few = [], many = []] = rows;
  return {
    growth: rounded((many[1] ?? 0) / (few[1] ?? 1), 2),
    polledGrowth: rounded((many[2] ?? 0) / (few[2] ?? 1), 2),
  };
}

/** The median of each way to the same fifty rows, ms, in turns so that both see the same machine. */
async function readBoth(product: Product, pool: pg.Pool): Promise<[ours: number, polled: number]> {
  const ours: number[] = [];
  const polled: number[] = [];
  for (let n = 0; n < READS; n++) {
    ours.push(await timed(() => product.call('GET', AT)));
    polled.push(await timed(() => pool.query({ name: 'poll', text: POLL })));
  }
  return [median(ours), median(polled)];
}

async function timed(read: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await read();
  return performance.now() - started;
}

// what such a program keeps: the call's figures in columns of their own, with an index on time
const TABLE = `create table polled (agent int not null, ended_at timestamptz not null, handle_ms int not null);
  create index on polled (ended_at)`;
const COPY = `insert into polled select agent, time, (data->>'talkMs')::int + (data->>'holdMs')::int + (data->>'acwMs')::int
  from events where type = 'interaction.ended' order by position offset $1`;
const POLL = `select agent, sum(handle_ms) / count(*) as aht, count(*) as sample, rank() over (order by sum(handle_ms) / count(*)) as place
  from polled where ended_at >= date_trunc('day', now()) - interval '1 day' group by agent order by aht limit 50`;
