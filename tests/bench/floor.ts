import { setTimeout as wait } from 'node:timers/promises';
import { memoryOf } from './cpu.ts';
import type { Opening } from './crowd.ts';
import { openCrowd } from './crowds.ts';
import { populate, reflected } from './load.ts';
import { KEY, type Product, type Servers, startProduct } from './product.ts';
import { delays, type Sent, steadily } from './steady.ts';
import { quantile, rounded, table } from './table.ts';

const AGENTS = 1_000;
const SCREENS = 50;
const LEADERS = 50;
const PER_SECOND = Number(process.env.BENCH_FLOOR_RATE ?? 200);
const SECONDS = Number(process.env.BENCH_FLOOR_SECONDS ?? 60);
const WARM_SECONDS = 4;
const TEAM = 40;
const ADMIN = { ADMIN_EMAIL: 'admin@bench.example', ADMIN_PASSWORD: 'correct horse battery' };

/** A whole floor at work: each agent's own page, fifty screens, fifty leaders' teams; whether all of them show what is true, and how soon. */
export async function floor(servers: Servers) {
  const product = await startProduct(servers, 'floor', ADMIN);
  try {
    await populate(product, AGENTS, ['org', ...Array.from({ length: AGENTS / TEAM }, (_, n) => `team:t${n}`)]);
    const screens = await openScreens(product);
    await steadily(product, { perSecond: PER_SECOND, seconds: WARM_SECONDS, people: AGENTS, first: 0 });
    const crowd = await openCrowd(openingOf(product, screens));
    const [before, busy, started] = [memoryOf(product.node.pid), product.cpu(), performance.now()];
    const sent = await steadily(product, { perSecond: PER_SECOND, seconds: SECONDS, people: AGENTS, first: 1_000_000 });
    const after = memoryOf(product.node.pid);
    const seconds = (performance.now() - started) / 1000;
    const cpu = (name: keyof typeof busy) => (product.cpu()[name] - busy[name]) / 1e4 / seconds;
    const cores = [cpu('node'), cpu('postgres'), cpu('redis')];
    await reflected(product, String(Math.max(...sent.map(({ position }) => position))));
    // the thinnest topic speaks twice a second
    await wait(1_000);
    const { heard, messages, gaps, untrue } = await crowd.end();
    const own = delays(heard, sent, (topic, { people }) => people.has(topic));
    const teams = delays(heard, sent, (topic, post) => topic.startsWith('team:') && has(post, topic.slice(5)));
    const walls = delays(heard, sent, (topic) => topic.startsWith('wall:'));
    table(
      ['topic', 'samples', 'p50 ms', 'p99 ms', 'most ms'],
      [
        ['own', ...figures(own)],
        ['team', ...figures(teams)],
        ['wall', ...figures(walls)],
      ],
    );
    table(
      ['messages', 'gaps', 'untrue', 'grown MiB', 'node % of a core', 'pg %', 'redis %'],
      [[messages, gaps, untrue.length, (after - before) / 1024, ...cores]],
    );
    const p99Ms = Math.max(...[own, teams, walls].map((values) => quantile(values, 0.99)));
    return { p99Ms: rounded(p99Ms, 0), gaps, untrue: untrue.length };
  } finally {
    await product.stop();
  }
}

const figures = (values: number[]) => [
  values.length,
  quantile(values, 0.5),
  quantile(values, 0.99),
  quantile(values, 1),
];

const has = ({ people }: Sent, team: string): boolean =>
  [...people].some((topic) => `t${Math.floor(Number(topic.slice('person:p'.length)) / TEAM)}` === team);

function openingOf(product: Product, screens: { id: string; token: string }[]): Opening {
  const people = Array.from({ length: AGENTS }, (_, n) => ({ topics: [`person:p${n}`], token: KEY }));
  const leaders = Array.from({ length: LEADERS }, (_, n) => ({ topics: [`team:t${n % (AGENTS / TEAM)}`], token: KEY }));
  const walls = screens.map(({ id, token }) => ({ topics: [`wall:${id}`], token }));
  const all = [...people, ...leaders, ...walls];
  return {
    kind: 'open',
    url: product.url,
    token: KEY,
    tokens: all.map(({ token }) => token),
    merges: true,
    sockets: all.length,
    topics: all.map(({ topics }) => topics),
  };
}

/** Fifty paired screens, two for each team. */
async function openScreens({ url }: Product): Promise<{ id: string; token: string }[]> {
  const headers = { 'content-type': 'application/json', origin: url };
  const body = JSON.stringify({ email: ADMIN.ADMIN_EMAIL, password: ADMIN.ADMIN_PASSWORD });
  const session = await fetch(`${url}/api/v1/session`, { method: 'POST', headers, body });
  const cookie = String(session.headers.get('set-cookie')).split(';', 1)[0] as string;
  return Promise.all(
    Array.from({ length: SCREENS }, async (_, n) => {
      const wish = { name: `Wall ${n}`, scope: `team:t${n % (AGENTS / TEAM)}` };
      const answer = await fetch(`${url}/api/v1/devices`, {
        method: 'POST',
        headers: { ...headers, cookie },
        body: JSON.stringify(wish),
      });
      if (!answer.ok) throw new Error(`no screen: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as { id: string; token: string };
    }),
  );
}
