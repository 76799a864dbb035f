import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import type { Child } from './child-house.ts';
import { leg } from './legs.ts';
import { frameOf, openKnown, openRaw, type RawSocket, until } from './raw-socket.ts';

export type Hostile = { deaf: number; floods: number; readers: number; seconds: number };
export type Found = {
  /** Bytes by which the server's memory grew over what it held under the same load before. */
  grown: number;
  /** From sending a post to hearing of it, ms, for those who behave: while they are alone, and then. */
  calmP99: number;
  p50: number;
  p99: number;
  samples: number;
  /** When all who misbehave were gone, ms; by their reason. */
  cutWithinMs: number;
  cut: Record<string, number>;
};
export const PEOPLE = 40;
const TOPIC = 'board:handling:day';
const EVERY_MS = 100;

type House = { child: Child; key: string };

/** A server with readers under a steady load, at first alone and then beside sockets that do all that one must not. */
export async function beset({ child, key }: House, plan: Hostile): Promise<Found> {
  const readers = await Promise.all(Array.from({ length: plan.readers }, () => reader(child.url, key)));
  const load = steadyLoad(child.url, key);
  const told = hearAll(readers, load.sent);
  // memory as it is under this load, without anybody who misbehaves
  const before = await mostMemory(child, 8_000);
  const calmP99 = quantile(told.splice(0), 0.99);
  const from = Date.now();
  const bad = await misbehave(child.url, key, plan);
  const peak = mostMemory(child, plan.seconds * 1_000);
  await until(async () => (await metricsOf(child.url, key)).sockets <= plan.readers, 40_000);
  const cutWithinMs = Date.now() - from;
  const grown = (await peak) - before;
  await load.stop();
  const { cut } = await metricsOf(child.url, key);
  for (const one of bad) one.end();
  for (const socket of readers) socket.disconnect();
  const [p50, p99] = [quantile(told, 0.5), quantile(told, 0.99)];
  return { grown, calmP99, p50, p99, samples: told.length, cutWithinMs, cut };
}

const quantile = (times: number[], share: number): number =>
  times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;

async function reader(url: string, key: string): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], auth: { token: key }, reconnection: false, forceNew: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('connect_error', reject));
  await socket.emitWithAck('subscribe', { topic: TOPIC });
  return socket;
}

/** Posts that change the board, one every tenth of a second, whatever the answers take. */
function steadyLoad(url: string, key: string) {
  const sent: { at: number; position: number }[] = [];
  const open = new Set<Promise<void>>();
  let n = 0;
  const timer = setInterval(() => {
    const at = performance.now();
    const events = Array.from({ length: 5 }, (_, k) =>
      leg(`s${Date.now()}-${++n}`, `a${(n + k) % PEOPLE}`, { talkMs: 60_000 + ((n * 7_919) % 240_000) }),
    );
    const post = fetch(`${url}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(events),
    })
      .then(
        (answer) => answer.json(),
        () => ({ position: '0' }),
      )
      .then((body) => void sent.push({ at, position: Number((body as { position: string }).position) }))
      .finally(() => open.delete(post));
    open.add(post);
  }, EVERY_MS);
  return {
    sent,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}

/** The times from a post to the first message that covers it, at each reader. */
function hearAll(readers: Socket[], sent: { at: number; position: number }[]): number[] {
  const times: number[] = [];
  for (const socket of readers) {
    let seen = 0;
    socket.on('topic', ({ position }: { position: string }) => {
      const now = performance.now();
      for (; seen < sent.length; seen++) {
        const post = sent[seen] as { at: number; position: number };
        if (post.position > Number(position)) break;
        times.push(now - post.at);
      }
    });
  }
  return times;
}

async function misbehave(url: string, key: string, plan: Hostile): Promise<RawSocket[]> {
  const bad: RawSocket[] = [];
  for (let n = 0; n < plan.deaf; n++) bad.push(await deaf(await openKnown(url, key), n));
  for (let n = 0; n < plan.floods; n++) flood(bad[bad.push(await openKnown(url, key)) - 1] as RawSocket);
  for (let n = 0; n < 5; n++) {
    const long = await openKnown(url, key);
    long.write(announced(10_000_000));
    const rubbish = await openKnown(url, key);
    rubbish.say('4999999-["x"');
    const silent = await openRaw(url);
    bad.push(long, rubbish, silent);
  }
  return bad;
}

/** Reads nothing from now on and asks for the whole state again and again; some go on answering pings that they do not see. */
async function deaf(raw: RawSocket, n: number): Promise<RawSocket> {
  raw.deaf();
  let id = 0;
  const ask = setInterval(() => {
    if (raw.isGone()) return clearInterval(ask);
    raw.say(`42${++id}${JSON.stringify(['unsubscribe', { topic: TOPIC }])}`);
    raw.say(`42${++id}${JSON.stringify(['subscribe', { topic: n % 3 ? TOPIC : 'members:red' }])}`);
  }, 500);
  if (n % 2 === 0) return raw;
  const pong = setInterval(() => (raw.isGone() ? clearInterval(pong) : raw.say('3')), 3_000);
  return raw;
}

/** Says as much as the line takes. */
function flood(raw: RawSocket): void {
  const words = Buffer.concat(
    Array.from({ length: 200 }, (_, n) => frameOf(`42${n}${JSON.stringify(['subscribe', { topic: TOPIC }])}`)),
  );
  const more = setInterval(() => {
    if (raw.isGone()) clearInterval(more);
    else if (raw.socket.writableLength < 1_000_000) raw.write(words);
  }, 5);
}

/** The head of a frame that says how long it will be. */
function announced(bytes: number): Buffer {
  const head = Buffer.alloc(14);
  head[0] = 0x81;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(bytes), 2);
  return head;
}

async function mostMemory(child: Child, ms: number): Promise<number> {
  let most = 0;
  for (const end = Date.now() + ms; Date.now() < end; ) {
    most = Math.max(most, child.memory());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return most;
}

/** What the server counts: open sockets, and those that it cut, by reason. */
export async function metricsOf(url: string, key: string): Promise<{ sockets: number; cut: Record<string, number> }> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  const text = await answer.text();
  const cut = [...text.matchAll(/^floorlight_sockets_cut_total\{reason="(\w+)"\} (\d+)/gm)];
  return {
    sockets: Number(/^floorlight_sockets (\d+)/m.exec(text)?.[1] ?? Number.NaN),
    cut: Object.fromEntries(cut.map(([, reason, n]) => [reason, Number(n)])),
  };
}
