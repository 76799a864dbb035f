import { setTimeout as wait } from 'node:timers/promises';
import type { Product } from './product.ts';

export const SOURCE = 'acd';
const QUEUES = 12;
const PEOPLE_A_CALL = 2_000;

type Reply = { accepted: number; duplicates: number; rejected: unknown[]; position: string };

/** Teams of 40 and people `p0`, `p1`, ... who are agents `0`, `1`, ... of the source, and where scopes are given a board over handle time in them. */
export async function populate(product: Product, people: number, scopes: string[] = []): Promise<void> {
  const teams = Math.ceil(people / 40);
  for (let from = 0; from < teams; from += 500) {
    const some = Array.from({ length: Math.min(500, teams - from) }, (_, n) => ({
      id: `t${from + n}`,
      name: `Team ${from + n}`,
      site: 'main',
    }));
    await product.call('PUT', '/api/v1/teams', some);
  }
  let last = '0';
  for (let from = 0; from < people; from += PEOPLE_A_CALL) {
    const some = Array.from({ length: Math.min(PEOPLE_A_CALL, people - from) }, (_, n) => personOf(from + n));
    last = (await product.call<{ position: string }>('PUT', '/api/v1/people', some)).position;
  }
  await reflected(product, last);
  if (scopes.length === 0) return;
  const board = { measure: 'aht', window: 'day', unit: 'person', scopes, mode: 'full', n: 10 };
  const { position } = await product.call<{ position: string }>('PUT', '/api/v1/boards/handling', board);
  await reflected(product, position);
}

/** Posts events, and again where there is no room for them just now, as any good sender does. */
async function posted(product: Product, post: Buffer): Promise<Reply> {
  for (;;) {
    try {
      return await product.call<Reply>('POST', '/api/v1/events', post);
    } catch (error) {
      if (!/: 503 /.test((error as Error).message)) throw error;
      await wait(500);
    }
  }
}

/** Waits until what was acknowledged is counted and on the boards. */
export async function reflected(product: Pick<Product, 'call'>, position: string): Promise<void> {
  for (;;) {
    try {
      await product.call('GET', `/api/v1/sources?limit=1&after=${position}`);
      return;
    } catch (error) {
      // the door waits for 5 s at most
      if (!/: 503 /.test((error as Error).message)) throw error;
    }
  }
}

/** Calls that ended within the last minutes, in posts ready to be sent. Ids go on from `first`. */
export function postsOf(plan: {
  people: number;
  events: number;
  per: number;
  first: number;
  customers?: boolean;
}): Buffer[] {
  const posts: Buffer[] = [];
  for (let from = 0; from < plan.events; from += plan.per) {
    const many = Math.min(plan.per, plan.events - from);
    const events = Array.from({ length: many }, (_, n) =>
      legOf(plan.first + from + n, plan.people, plan.customers === true),
    );
    posts.push(Buffer.from(JSON.stringify(events)));
  }
  return posts;
}

/** Sends posts, several in flight, and waits until all are reflected. @returns seconds, and events taken in */
export async function send(
  product: Product,
  posts: readonly Buffer[],
  inFlight: number,
): Promise<{ seconds: number; accepted: number }> {
  const started = performance.now();
  let next = 0;
  let accepted = 0;
  let last = '0';
  const sender = async (): Promise<void> => {
    for (let post = posts[next++]; post; post = posts[next++]) {
      const reply = await posted(product, post);
      if (reply.rejected.length > 0) throw new Error(`events were refused: ${JSON.stringify(reply.rejected[0])}`);
      accepted += reply.accepted;
      if (Number(reply.position) > Number(last)) last = reply.position;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
  await reflected(product, last);
  return { seconds: (performance.now() - started) / 1000, accepted };
}

/** One event of a call as a telephone system would tell it, by number. */
export function legOf(n: number, people: number, customers = false): Record<string, unknown> {
  const agent = mixed(n) % people;
  const talkMs = 60_000 + (mixed(n + 1) % 360_000);
  const waitMs = mixed(n + 2) % 40_000;
  const acwMs = mixed(n + 3) % 60_000;
  const ended = Date.now() - (mixed(n + 4) % 120_000);
  const answered = ended - talkMs - acwMs;
  const at = (ms: number) => new Date(ms).toISOString();
  return {
    specversion: '1.0',
    id: `call-${n}`,
    source: SOURCE,
    type: 'interaction.ended',
    time: at(ended),
    data: {
      interactionId: `call-${n}`,
      agent: String(agent),
      queue: `queue-${(agent + (n % 5 === 0 ? 1 : 0)) % QUEUES}`,
      channel: 'voice',
      direction: 'inbound',
      offeredAt: at(answered - waitMs - 4_000),
      answeredAt: at(answered),
      endedAt: at(ended),
      waitMs,
      ringMs: 4_000,
      talkMs,
      holdMs: n % 7 === 0 ? 30_000 : 0,
      holdCount: n % 7 === 0 ? 1 : 0,
      acwMs,
      outcome: 'handled',
      transfer: n % 11 === 0 ? 'blind' : 'none',
      ...(customers ? { customer: `+49${mixed(n >> 1)}` } : {}),
    },
  };
}

const personOf = (n: number) => ({
  id: `p${n}`,
  name: `Person ${n}`,
  roles: ['agent'],
  team: `t${Math.floor(n / 40)}`,
  identities: [{ source: SOURCE, agent: String(n) }],
});

/** A number spread over 32 bits, the same for the same number (Knuth's multiplicative hash, then xorshift). */
function mixed(n: number): number {
  let x = Math.imul(n + 1, 2_654_435_761);
  x ^= x >>> 15;
  x = Math.imul(x, 2_246_822_519);
  return (x ^ (x >>> 13)) >>> 0;
}
