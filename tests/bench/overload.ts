import { availableParallelism, cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { populate, postsOf, reflected } from './load.ts';
import { type Product, type Servers, startProduct } from './product.ts';
import { type Came, closedLoop, type Kind, PEOPLE, PER_POST, polite, rude, send, supply } from './senders.ts';
import { quantile, rounded, table } from './table.ts';

const CALM_SECONDS = Number(process.env.BENCH_CALM_SECONDS ?? 15);
const SECONDS = Number(process.env.BENCH_OVERLOAD_SECONDS ?? 120);
const POLITE_SECONDS = Number(process.env.BENCH_POLITE_SECONDS ?? SECONDS / 4);
const TIMES = 5;
const RECOVERED_MS = 500;

/** A round, with what it cost: cores that the generator and the product took, and those that were taken by whatever else ran. */
type Costed = Came & { perSecond: number; generator: number; product: number; others: number };

/**
 * What still goes on under five times what the house can do, what is refused, and how soon it is whole again. The
 * generator has no machine of its own: what it takes at five times is missing to the house, and is told beside.
 */
export async function overload(servers: Servers) {
  const product = await startProduct(servers, 'overload');
  try {
    await populate(product, PEOPLE);
    const posts = supply();
    await costed(product, () => closedLoop({ product, posts, seconds: 5 }));
    const peak = await costed(product, () => closedLoop({ product, posts, seconds: CALM_SECONDS }));
    const postsPerSecond = (TIMES * peak.perSecond) / PER_POST;
    let recoveredMs = Number.NaN;
    const storm = await costed(
      product,
      () => rude({ product, posts, seconds: SECONDS }, postsPerSecond),
      async () => {
        recoveredMs = await recovery(product);
      },
    );
    const crowd = Math.round(postsPerSecond);
    const paced = await costed(product, () => polite({ product, posts, seconds: POLITE_SECONDS }, crowd));
    print({ peak, 'x5, deaf to answers': storm, 'x5, back when told': paced });
    console.log(`  whole again after ${recoveredMs} ms`);
    return {
      share: rounded(storm.perSecond / peak.perSecond, 2),
      ofWhatWasLeft: rounded(storm.perSecond / left(storm) / (peak.perSecond / left(peak)), 2),
      politeShare: rounded(paced.perSecond / peak.perSecond, 2),
      refusalUs: Math.round(refusalUs(peak, storm)),
      peak: Math.round(peak.perSecond),
      recoveredMs,
    };
  } finally {
    await product.stop();
  }
}

/** Cores that were left to the house. */
const left = ({ generator, others }: Costed): number => availableParallelism() - generator - others;

/** CPU of the product for a refused post, microseconds: what it took beyond what the taken events cost at the peak. */
function refusalUs(peak: Costed, storm: Costed): number {
  const each = peak.product / peak.perSecond;
  const refused = storm.told.post.filter(({ status }) => status === 503).length / storm.seconds;
  return (1e6 * (storm.product - storm.perSecond * each)) / refused;
}

/** Events a second are those that were taken, over the time until all of them are counted too. */
async function costed(
  product: Product,
  play: () => Promise<Came>,
  then: () => Promise<void> = async () => {},
): Promise<Costed> {
  const cpu = () => ({ own: ownCpu(), product: sum(product.cpu()), all: machineCpu() });
  const [from, before] = [performance.now(), cpu()];
  const came = await play();
  const after = cpu();
  const cores = (us: number) => us / 1e6 / came.seconds;
  const also = then();
  await reflected(product, String(came.position));
  const perSecond = (came.taken * 1000) / (performance.now() - from);
  await Promise.all([also, came.drained]);
  return {
    ...came,
    perSecond,
    generator: cores(after.own - before.own),
    product: cores(after.product - before.product),
    others: cores(after.all - before.all - (after.own - before.own) - (after.product - before.product)),
  };
}

function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** CPU that the whole machine has used, microseconds. */
const machineCpu = (): number =>
  1000 * cpus().reduce((all, { times }) => all + times.user + times.nice + times.sys + times.irq, 0);

const sum = (parts: Record<string, number>): number => Object.values(parts).reduce((all, one) => all + one, 0);

function print(rounds: Record<string, Costed>): void {
  const of = (came: Came, kind: Kind, holds: (status: number) => boolean) =>
    came.told[kind].filter(({ status }) => holds(status)).length;
  const p99 = (came: Came, kind: Kind, status: number) =>
    quantile(
      came.told[kind].filter((one) => one.status === status).map(({ ms }) => ms),
      0.99,
    );
  table(
    ['', 'events/s', 'cores', 'generator', 'others', 'asked', '200', '503', 'other', 'p99 of 200 ms', 'of 503'],
    Object.entries(rounds).flatMap(([name, came]) =>
      (['post', 'read', 'report'] as const)
        .filter((kind) => came.told[kind].length > 0)
        .map((kind) => [
          kind === 'post' ? name : `${kind}s`,
          ...(kind === 'post' ? [came.perSecond, came.product, came.generator, came.others] : ['', '', '', '']),
          came.told[kind].length,
          of(came, kind, (status) => status === 200),
          of(came, kind, (status) => status === 503),
          of(came, kind, (status) => status !== 200 && status !== 503),
          p99(came, kind, 200),
          p99(came, kind, 503),
        ]),
    ),
  );
}

/** Until a post is in the figures within half a second and a report is given, ms. */
async function recovery(product: Product): Promise<number> {
  const started = performance.now();
  for (;;) {
    const from = performance.now();
    const { status, position } = await send(product, 'POST', '/api/v1/events', supplyOne());
    const read = status === 200 ? await send(product, 'GET', `/api/v1/sources?after=${position}`) : null;
    const took = performance.now() - from;
    const report = await send(product, 'GET', '/api/v1/people?format=csv');
    if (read?.status === 200 && took < RECOVERED_MS && report.status === 200)
      return Math.round(performance.now() - started);
    if (performance.now() - started > 60_000) return Number.POSITIVE_INFINITY;
    await wait(100);
  }
}

let last = 900_000_000;
const supplyOne = (): Buffer => postsOf({ people: PEOPLE, events: 1, per: 1, first: ++last })[0] as Buffer;
