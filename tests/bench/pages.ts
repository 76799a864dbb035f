import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from '@playwright/test';
import { framesOf, heapOf, messagesOf, openBrowser, type Slow, type Visitor, visit } from './browser.ts';
import { legOf, populate, reflected } from './load.ts';
import { type Product, root, type Servers, startProduct } from './product.ts';
import { median, quantile, rounded, table } from './table.ts';

const PEOPLE = 50;
/** Of the fifty rows of a board, so many change with each delta. */
const CHANGED = 5;
const LOADS = Number(process.env.BENCH_LOADS ?? 5);
const DELTAS = Number(process.env.BENCH_DELTAS ?? 2_000);
const FRAMES = 60;
const ADMIN = { email: 'admin@bench.example', password: 'correct horse battery' };
const AGENT = { email: 'p0@bench.example', password: 'battery horse correct' };

type Stage = { product: Product; browser: Browser; agent: Visitor; device: Visitor };

/** What the pages weigh and how soon they stand on a slow phone, how soon a delta is seen, and whether memory stays flat. */
export async function pages(servers: Servers) {
  builtScreens();
  const product = await startProduct(servers, 'pages', {
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  });
  const browser = await openBrowser();
  try {
    await populate(product, PEOPLE, ['org']);
    for (let round = 0; round < 4; round++) await calls(product, { round, people: PEOPLE });
    const stage = { product, browser, ...(await visitors(product)) };
    const today = await loads(stage, '/today', stage.agent);
    const wall = await loads(stage, '/wallboard', stage.device);
    const frameMs = await deltaToFrame(stage);
    const heap = await heapGrowth(stage);
    table(
      ['page', 'KB on the wire', 'LCP ms'],
      [
        ['/today', today.kb, today.lcpMs],
        ['/wallboard', wall.kb, wall.lcpMs],
      ],
    );
    table(
      ['delta to frame p50 ms', 'p95 ms', `heap KiB after ${heap.warm} deltas`, `after ${heap.deltas}`],
      [[median(frameMs), quantile(frameMs, 0.95), heap.before, heap.after]],
    );
    return {
      kb: rounded(Math.max(today.kb, wall.kb), 0),
      lcpMs: rounded(Math.max(today.lcpMs, wall.lcpMs), 0),
      frameMs: rounded(median(frameMs), 0),
      heapGrowth: rounded(heap.after / heap.before, 2),
    };
  } finally {
    await browser.close();
    await product.stop();
  }
}

/** The first visit, some times over. */
async function loads({ product, browser }: Stage, at: string, visitor: Visitor) {
  const kb: number[] = [];
  const lcpMs: number[] = [];
  for (let n = 0; n < LOADS; n++) {
    const slow = await visit(browser, product.url + at, visitor);
    kb.push(slow.bytes() / 1000);
    lcpMs.push(await slow.lcpMs());
    await slow.close();
  }
  return { kb: median(kb), lcpMs: median(lcpMs) };
}

/** Five of fifty rows change, again and again, on a board that is open. */
async function deltaToFrame({ product, browser, agent }: Stage): Promise<number[]> {
  const slow = await visit(browser, `${product.url}/boards?board=handling&window=day`, agent);
  const found: number[] = [];
  for (let round = 100; found.length < FRAMES; round++) {
    const before = await messagesOf(slow.page);
    await calls(product, { round, people: CHANGED });
    await heardAfter(slow, before);
    found.push(...(await framesOf(slow.page)));
  }
  await slow.close();
  return found;
}

/** An agent's own page while its figures change thousands of times. */
async function heapGrowth({ product, browser, agent }: Stage) {
  const slow = await visit(browser, `${product.url}/today`, agent);
  await slow.cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  const first = await messagesOf(slow.page);
  const warm = Math.ceil(DELTAS / 10);
  let round = 1_000;
  const hear = async (deltas: number): Promise<void> => {
    while ((await messagesOf(slow.page)) - first < deltas) await calls(product, { round: round++, people: 1 });
  };
  await hear(warm);
  const before = await heapOf(slow);
  await hear(DELTAS);
  const after = await heapOf(slow);
  const deltas = (await messagesOf(slow.page)) - first;
  await slow.close();
  return { warm, deltas, before, after };
}

const heardAfter = ({ page }: Slow, before: number): Promise<unknown> =>
  page.waitForFunction((n) => (globalThis as unknown as { noted: { messages: number } }).noted.messages > n, before);

/** One call for each of some people, reflected. */
async function calls(product: Product, { round, people }: { round: number; people: number }): Promise<void> {
  const events = Array.from({ length: people }, (_, n) => {
    const event = legOf(round * PEOPLE + n, PEOPLE);
    const agent = String(people === 1 ? 0 : (round * people + n) % PEOPLE);
    return { ...event, data: { ...(event.data as object), agent } };
  });
  const { position } = await product.call<{ position: string }>('POST', '/api/v1/events', events);
  await reflected(product, position);
}

/** An agent with a session, and a screen with a token. */
async function visitors(product: Product): Promise<Pick<Stage, 'agent' | 'device'>> {
  const admin = await sessionOf(product, ADMIN);
  const headers = { cookie: `${admin.name}=${admin.value}`, 'content-type': 'application/json', origin: product.url };
  const ask = async (method: string, at: string, body: object) => {
    const answer = await fetch(product.url + at, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  await ask('PUT', '/api/v1/people/p0/account', AGENT);
  const { token } = (await ask('POST', '/api/v1/devices', { name: 'Bench wall', scope: 'org' })) as { token: string };
  return { agent: { cookies: [await sessionOf(product, AGENT)] }, device: { device: token } };
}

async function sessionOf({ url }: Product, account: typeof AGENT): Promise<{ name: string; value: string }> {
  const headers = { 'content-type': 'application/json', origin: url };
  const answer = await fetch(`${url}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify(account) });
  const [, name, value] = /^([^=]+)=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
  if (!name || !value) throw new Error(`nobody could sign in: ${answer.status}`);
  return { name, value };
}

function builtScreens(): void {
  if (existsSync(path.join(root, 'build/handler.js'))) return;
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');
  const done = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) throw new Error('the screens could not be built');
}
