import { spawn } from 'node:child_process';
import path from 'node:path';
import { populate, postsOf, send } from './load.ts';
import { type Product, root, type Servers, startProduct } from './product.ts';
import { table } from './table.ts';

const EVENTS = Number(process.env.BENCH_REBUILD_EVENTS ?? 100_000);
const PEOPLE = 1_000;

type Outcome = { events: number; seconds: number; differences: number };

/** Deriving everything again from the log beside what is live, and comparing, as `npm run rebuild -- --verify` does it. */
export async function rebuild(servers: Servers) {
  const product = await startProduct(servers, 'rebuild');
  try {
    await populate(product, PEOPLE);
    await send(product, postsOf({ people: PEOPLE, events: EVENTS, per: 500, first: 0 }), 8);
    const outcome = await verified(product);
    table(['events', 'seconds', 'differences'], [[outcome.events, outcome.seconds, outcome.differences]]);
    if (outcome.differences > 0) throw new Error(`what was rebuilt differs in ${outcome.differences} places`);
    return { perSecond: Math.round(outcome.events / outcome.seconds) };
  } finally {
    await product.stop();
  }
}

function verified(product: Product): Promise<Outcome> {
  const env = {
    ...process.env,
    DATABASE_URL: product.databaseUrl,
    REDIS_URL: product.redisUrl,
    DATA_DIR: path.join(product.servers.dir, 'again'),
  };
  const child = spawn(process.execPath, [path.join(root, 'server/rebuild.ts'), '--verify'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      const last = text.trim().split('\n').at(-1) ?? '';
      if (last.startsWith('{')) resolve(JSON.parse(last) as Outcome);
      else reject(new Error(`the rebuild ended (${code}) without a result`));
    });
  });
}
