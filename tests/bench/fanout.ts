import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { cpuOf, memoryOf } from './cpu.ts';
import { openCrowd } from './crowds.ts';
import { legOf, populate } from './load.ts';
import { ended, KEY, type Product, type Servers, said, spawnWide, startProduct } from './product.ts';
import { rounded, table } from './table.ts';

const SOCKETS = Number(process.env.BENCH_FANOUT_SOCKETS ?? 2_000);
const BEATS = 20;
const EVERY_MS = 500;
const PEOPLE = 40;
/** People whose rows change at each beat: a delta of about 1 KB. */
const CHANGED = 5;
const TOPIC = 'board:handling:day';

type Told = { messages: number; us: number; delivered: number; kibASocket: number };

/** A board's delta to many sockets twice a second, and the same message by bare socket.io to as many. */
export async function fanout(servers: Servers) {
  const product = await startProduct(servers, 'fanout');
  let ours: Told;
  let payload: unknown;
  try {
    await populate(product, PEOPLE, ['org']);
    for (let beat = 0; beat < 8; beat++) await change(product, beat, PEOPLE);
    payload = await oneMessage(product);
    ours = await toldBy({ url: product.url, pid: product.node.pid }, (beat) => change(product, 100 + beat, CHANGED));
  } finally {
    await product.stop();
  }
  const child = spawnWide([path.join(import.meta.dirname, 'bare-socket.ts')]);
  const port = /at (\d+)/.exec(await said(child, 'is ready'))?.[1];
  const bare = await toldBy(
    { url: `http://127.0.0.1:${port}`, pid: child.pid as number },
    async () => void child.send({ payload }),
  );
  await ended(child);
  const row = (name: string, told: Told) => [name, told.messages, told.delivered, told.us, told.kibASocket];
  table(
    [`${JSON.stringify(payload).length} bytes`, 'messages', 'delivered', 'us a message', 'KiB a socket'],
    [row('ours', ours), row('bare', bare)],
  );
  return { share: rounded(Math.min(1, ours.delivered / bare.delivered) * Math.min(1, bare.us / ours.us), 3) };
}

/** Tells so many beats to so many sockets; CPU is that of the telling process alone. */
async function toldBy(at: { url: string; pid: number }, beat: (n: number) => Promise<void>): Promise<Told> {
  const crew = [{ pid: at.pid, family: false }];
  const empty = memoryOf(at.pid);
  const crowd = await openCrowd({
    kind: 'open',
    url: at.url,
    token: KEY,
    sockets: SOCKETS,
    topics: Array.from({ length: SOCKETS }, () => [TOPIC]),
  });
  const kibASocket = (memoryOf(at.pid) - empty) / SOCKETS;
  await wait(1_000);
  const idle = await idleCpu(crew);
  const before = cpuOf(crew);
  const started = performance.now();
  for (let n = 0; n < BEATS; n++) {
    await beat(n);
    const due = started + (n + 1) * EVERY_MS - performance.now();
    if (due > 0) await wait(due);
  }
  const us = cpuOf(crew) - before - (idle * (performance.now() - started)) / 1000;
  const { messages } = await crowd.end();
  return { messages, us: us / messages, delivered: messages / (SOCKETS * BEATS), kibASocket };
}

/** CPU of a process with all its sockets when nothing is told (pings), microseconds a second. */
async function idleCpu(crew: { pid: number; family: boolean }[]): Promise<number> {
  const before = cpuOf(crew);
  await wait(2_000);
  return (cpuOf(crew) - before) / 2;
}

async function change(product: Product, beat: number, people: number): Promise<void> {
  const events = Array.from({ length: people }, (_, n) => legOf(beat * 1_000 + n, PEOPLE)).map((event, n) => ({
    ...event,
    data: { ...(event.data as object), agent: String((beat * CHANGED + n) % PEOPLE) },
  }));
  await product.call('POST', '/api/v1/events', events);
}

/** A typical message of the board as it goes over the wire: the middle one of some. */
async function oneMessage(product: Product): Promise<unknown> {
  const socket = io(product.url, { transports: ['websocket'], auth: { token: KEY } });
  await socket.emitWithAck('subscribe', { topic: TOPIC });
  const messages: unknown[] = [];
  socket.on('topic', (message) => messages.push(message));
  for (let beat = 0; beat < 6; beat++) {
    await change(product, 50 + beat, CHANGED);
    await wait(EVERY_MS);
  }
  socket.disconnect();
  const size = (message: unknown) => JSON.stringify(message).length;
  const inOrder = messages.sort((a, b) => size(a) - size(b));
  console.log(`  bytes of our messages: ${inOrder.map(size).join(', ')}`);
  return inOrder[Math.floor(inOrder.length / 2)];
}
