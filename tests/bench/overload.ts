import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { populate, postsOf } from './load.ts';
import { KEY, type Product, type Servers, startProduct } from './product.ts';
import { quantile, rounded, table } from './table.ts';

const PEOPLE = 1_000;
const PER_POST = 200;
const CALM_SECONDS = Number(process.env.BENCH_CALM_SECONDS ?? 15);
const SECONDS = Number(process.env.BENCH_OVERLOAD_SECONDS ?? 120);
const TIMES = 5;
const RECOVERED_MS = 500;

type Told = { status: number; ms: number };
const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });

/** What still goes on under five times what the house can do, what is refused, and how soon it is whole again. */
export async function overload(servers: Servers) {
  const product = await startProduct(servers, 'overload');
  try {
    await populate(product, PEOPLE);
    const posts = supply();
    await closedLoop(product, posts, 5);
    const peak = await closedLoop(product, posts, CALM_SECONDS);
    const stormy = await openLoop(product, posts, (TIMES * peak) / PER_POST);
    const recovered = await recovery(product);
    const share = stormy.perSecond / peak;
    table(
      ['', 'events/s', 'calls', '200', '503', 'other', 'p99 of 503 ms'],
      [
        ['peak', peak, '', '', '', '', ''],
        ['offered x5', stormy.perSecond, ...stormy.counts('post'), quantile(stormy.refusedMs, 0.99)],
        ['reads', '', ...stormy.counts('read'), ''],
        ['reports', '', ...stormy.counts('report'), ''],
      ],
    );
    console.log(`  whole again after ${recovered} ms`);
    return { share: rounded(share, 2), peak: Math.round(peak), recoveredMs: recovered };
  } finally {
    await product.stop();
  }
}

/** Posts that were not taken are sent again later: their ids were not kept. */
function supply() {
  const ready: Buffer[] = [];
  let first = 0;
  return {
    take: (): Buffer => {
      if (ready.length === 0) ready.push(...postsOf({ people: PEOPLE, events: 20 * PER_POST, per: PER_POST, first }));
      first += PER_POST;
      return ready.pop() as Buffer;
    },
    giveBack: (post: Buffer) => void ready.push(post),
  };
}
type Supply = ReturnType<typeof supply>;

/** As fast as it goes with eight on their way: events a second. */
async function closedLoop(product: Product, posts: Supply, seconds: number): Promise<number> {
  const started = performance.now();
  let taken = 0;
  const work = async (): Promise<void> => {
    while (performance.now() - started < seconds * 1000) {
      const post = posts.take();
      const { status } = await send(product, 'POST', '/api/v1/events', post);
      if (status === 200) taken += PER_POST;
      else {
        posts.giveBack(post);
        await wait(50);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return (taken * 1000) / (performance.now() - started);
}

/** So many posts a second whatever becomes of them, and reads and reports beside. */
async function openLoop(product: Product, posts: Supply, postsPerSecond: number) {
  const told: Record<'post' | 'read' | 'report', Told[]> = { post: [], read: [], report: [] };
  const open = new Set<Promise<void>>();
  const note = (kind: keyof typeof told, sent: Promise<Told>, then = (_: Told) => {}): void => {
    const done: Promise<void> = sent
      .then((answer) => {
        told[kind].push(answer);
        then(answer);
      })
      .finally(() => open.delete(done));
    open.add(done);
  };
  const started = performance.now();
  let sent = 0;
  for (let tick = 0; performance.now() - started < SECONDS * 1000; tick++) {
    const due = ((performance.now() - started) / 1000) * postsPerSecond;
    // a generator that is held up itself does not send everything at once afterwards
    sent = Math.max(sent, due - postsPerSecond / 2);
    for (; sent < due && open.size < 4_000; sent++) {
      const post = posts.take();
      note(
        'post',
        send(product, 'POST', '/api/v1/events', post),
        ({ status }) => status === 200 || posts.giveBack(post),
      );
    }
    if (tick % 10 === 0) note('read', send(product, 'GET', `/api/v1/people/p${tick % PEOPLE}/performance`));
    if (tick % 20 === 0) note('report', send(product, 'GET', '/api/v1/people?format=csv'));
    await wait(10);
  }
  const seconds = (performance.now() - started) / 1000;
  const taken = told.post.filter(({ status }) => status === 200).length;
  await Promise.all(open);
  const of = (kind: keyof typeof told, holds: (status: number) => boolean) =>
    told[kind].filter(({ status }) => holds(status)).length;
  return {
    perSecond: (taken * PER_POST) / seconds,
    refusedMs: told.post.filter(({ status }) => status === 503).map(({ ms }) => ms),
    counts: (kind: keyof typeof told) => [
      told[kind].length,
      of(kind, (status) => status === 200),
      of(kind, (status) => status === 503),
      of(kind, (status) => status !== 200 && status !== 503),
    ],
  };
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

function send(product: Product, method: string, at: string, body?: Buffer): Promise<Told & { position?: string }> {
  const from = performance.now();
  const headers = {
    authorization: `Bearer ${KEY}`,
    ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
  };
  return new Promise((resolve) => {
    const sent = request(product.url + at, { method, headers, agent }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        if (text.length < 100_000) text += chunk;
      });
      answer.on('end', () => {
        const position = /"position":"(\d+)"/.exec(text)?.[1];
        resolve({ status: answer.statusCode ?? 0, ms: performance.now() - from, ...(position ? { position } : {}) });
      });
      answer.on('error', () => resolve({ status: 0, ms: performance.now() - from }));
    });
    sent.on('error', () => resolve({ status: 0, ms: performance.now() - from }));
    sent.end(body);
  });
}
