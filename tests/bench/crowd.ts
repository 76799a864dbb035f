// Many sockets in a process of their own, so that reading them does not slow down whoever measures.
// Told by its parent {kind: 'open', ...}; hears topics until {kind: 'end'}, then says when each position was first heard.
import { setTimeout as wait } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import type { SubscribeReply, TopicMessage } from '../../src/lib/contract/live.ts';
import { Shown } from './truth.ts';

/** `tokens` are those of single sockets, in place of `token`; `merges` keeps what each socket shows, and compares it in the end. */
export type Opening = {
  kind: 'open';
  url: string;
  token: string;
  tokens?: string[];
  merges?: boolean;
  sockets: number;
  topics: string[][];
};
/** Per socket and topic: pairs of position and arrival, epoch ms with fractions. */
export type Heard = {
  kind: 'heard';
  messages: number;
  gaps: number;
  /** Topics that did not show what was true in the end. */
  untrue: string[];
  heard: { topic: string; at: [position: number, at: number][] }[];
};

const sockets: Socket[] = [];
const heard = new Map<string, { topic: string; at: [number, number][] }>();
const shown: { socket: Socket; is: Shown }[] = [];
let messages = 0;

process.on('message', (message: Opening | { kind: 'end' }) => {
  if (message.kind === 'open') void open(message).then(() => process.send?.({ kind: 'ready' }));
  else void end();
});

async function open({ url, token, tokens, merges = false, sockets: many, topics }: Opening): Promise<void> {
  for (let from = 0; from < many; from += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, many - from) }, (_, n) =>
        one({ url, token: tokens?.[from + n] ?? token, merges, name: from + n, topics: topics[from + n] ?? [] }),
      ),
    );
  }
}

type One = { url: string; token: string; merges: boolean; name: number; topics: string[] };

async function one(at: One): Promise<void> {
  const socket = io(at.url, {
    transports: ['websocket'],
    auth: { token: at.token },
    reconnection: false,
    forceNew: true,
  });
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('connect_error', reject));
  const own = new Map(at.merges ? at.topics.map((topic) => [topic, new Shown(topic)]) : []);
  for (const is of own.values()) shown.push({ socket, is });
  socket.on('topic', (message: TopicMessage) => {
    const { topic, position } = message;
    messages++;
    own.get(topic)?.hear(message);
    const key = `${at.name} ${topic}`;
    const known = heard.get(key) ?? { topic, at: [] };
    known.at.push([Number(position), performance.timeOrigin + performance.now()]);
    heard.set(key, known);
  });
  for (const topic of at.topics) {
    const reply = await subscribed(socket, topic);
    own.get(topic)?.begin(reply);
  }
}

/** As the screens do it: whoever is told that there is no room just now asks again. */
async function subscribed(socket: Socket, topic: string): Promise<SubscribeReply> {
  for (;;) {
    const reply = (await socket.emitWithAck('subscribe', { topic })) as SubscribeReply;
    if (reply.ok) return reply;
    if (reply.code !== 'busy') throw new Error(`${topic}: ${reply.code}`);
    await wait(500);
  }
}

async function end(): Promise<void> {
  const gaps = shown.reduce((sum, { is }) => sum + is.gaps, 0);
  const untrue: string[] = [];
  for (const { socket, is } of shown) if (!(await is.isTrue(socket))) untrue.push(is.topic);
  const answer: Heard = { kind: 'heard', messages, gaps, untrue, heard: [...heard.values()] };
  process.send?.(answer, () => {
    for (const socket of sockets) socket.disconnect();
    process.exit(0);
  });
}
