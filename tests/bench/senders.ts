import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { postsOf } from './load.ts';
import { KEY, type Product } from './product.ts';

export const PEOPLE = 1_000;
export const PER_POST = 200;
const IN_FLIGHT = 8;

export type Told = { status: number; ms: number; position?: string; againMs?: number };
export type Kind = 'post' | 'read' | 'report';
export type Came = {
  /** Events that were taken. */
  taken: number;
  seconds: number;
  told: Record<Kind, Told[]>;
  /** The greatest position that was answered. */
  position: number;
  /** When whatever was on its way at the end is answered. */
  drained: Promise<unknown>;
};
export type Supply = ReturnType<typeof supply>;
type At = { product: Product; posts: Supply; seconds: number };

const agent = new Agent({ keepAlive: true, maxSockets: 4_000 });

/** Posts that were not taken are sent again later: their ids were not kept. */
export function supply() {
  const ready: Buffer[] = [];
  let first = 0;
  return {
    take: (): Buffer => {
      if (ready.length === 0) {
        ready.push(...postsOf({ people: PEOPLE, events: 20 * PER_POST, per: PER_POST, first }));
        first += 20 * PER_POST;
      }
      return ready.pop() as Buffer;
    },
    giveBack: (post: Buffer) => void ready.push(post),
  };
}

/** As fast as it goes with eight on their way. */
export async function closedLoop({ product, posts, seconds }: At): Promise<Came> {
  const round = begin();
  const others = readers(product, round, seconds);
  const work = async (): Promise<void> => {
    while (round.ms() < seconds * 1000) {
      const post = posts.take();
      const answer = await send(product, 'POST', '/api/v1/events', post);
      round.note('post', answer);
      if (answer.status === 200) continue;
      posts.giveBack(post);
      await wait(50);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  return round.end([others]);
}

/** So many posts a second whatever becomes of them, as nobody sends who has read the answers. */
export async function rude({ product, posts, seconds }: At, perSecond: number): Promise<Came> {
  const round = begin();
  const open = new Set<Promise<void>>();
  const others = readers(product, round, seconds);
  let sent = 0;
  while (round.ms() < seconds * 1000) {
    const due = (round.ms() / 1000) * perSecond;
    // a generator that is held up itself does not send everything at once afterwards
    sent = Math.max(sent, due - perSecond / 2);
    for (; sent < due && open.size < 4_000; sent++) {
      const post = posts.take();
      const done: Promise<void> = send(product, 'POST', '/api/v1/events', post).then((answer) => {
        round.note('post', answer);
        if (answer.status !== 200) posts.giveBack(post);
        open.delete(done);
      });
      open.add(done);
    }
    await wait(5);
  }
  return round.end([...open, others]);
}

/** So many senders with a post a second each to send, who come back when they are told to. */
export async function polite({ product, posts, seconds }: At, senders: number): Promise<Came> {
  const round = begin();
  const others = readers(product, round, seconds);
  const work = async (): Promise<void> => {
    await wait(1000 * Math.random());
    while (round.ms() < seconds * 1000) {
      const post = posts.take();
      const answer = await send(product, 'POST', '/api/v1/events', post);
      round.note('post', answer);
      if (answer.status !== 200) posts.giveBack(post);
      await wait(answer.status === 200 ? Math.max(0, 1000 - answer.ms) : (answer.againMs ?? 1000));
    }
  };
  const all = Array.from({ length: senders }, work);
  await wait(seconds * 1000);
  return round.end([...all, others]);
}

/** Ten reads and five reports a second beside. */
async function readers(product: Product, round: Round, seconds: number): Promise<void> {
  const asked: Promise<void>[] = [];
  for (let turn = 0; round.ms() < seconds * 1000; turn++) {
    const ask = async (kind: Kind, at: string) => round.note(kind, await send(product, 'GET', at));
    asked.push(ask('read', `/api/v1/people/p${(turn * 10) % PEOPLE}/performance`));
    if (turn % 2 === 0) asked.push(ask('report', '/api/v1/people?format=csv'));
    await wait(100);
  }
  await Promise.all(asked);
}

type Round = ReturnType<typeof begin>;
function begin() {
  const started = performance.now();
  const told: Came['told'] = { post: [], read: [], report: [] };
  let position = 0;
  const ms = () => performance.now() - started;
  return {
    ms,
    note: (kind: Kind, answer: Told): void => {
      told[kind].push(answer);
      position = Math.max(position, Number(answer.position ?? 0));
    },
    end: (open: Promise<void>[]): Came => ({
      seconds: ms() / 1000,
      // what is answered later counts no more
      told: { post: [...told.post], read: [...told.read], report: [...told.report] },
      drained: Promise.all(open),
      taken: PER_POST * told.post.filter(({ status }) => status === 200).length,
      position,
    }),
  };
}

/** One call; status 0 where the connection failed. */
export function send(product: Product, method: string, at: string, body?: Buffer): Promise<Told> {
  const from = performance.now();
  const headers = {
    authorization: `Bearer ${KEY}`,
    ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
  };
  return new Promise((resolve) => {
    const failed = () => resolve({ status: 0, ms: performance.now() - from });
    const sent = request(product.url + at, { method, headers, agent }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        if (text.length < 1_000) text += chunk;
      });
      answer.on('end', () => {
        const position = /"position":"(\d+)"/.exec(text)?.[1];
        const again = answer.headers['retry-after'];
        resolve({
          status: answer.statusCode ?? 0,
          ms: performance.now() - from,
          ...(position ? { position } : {}),
          ...(again ? { againMs: 1000 * Number(again) } : {}),
        });
      });
      answer.on('error', failed);
    });
    sent.on('error', failed);
    sent.end(body);
  });
}
