// Many sockets in a process of their own, so that reading them does not slow down whoever measures.
// Told by its parent {kind: 'open', ...}; hears topics until {kind: 'end'}, then says when each position was first heard.
import { io, type Socket } from 'socket.io-client';

export type Opening = { kind: 'open'; url: string; token: string; sockets: number; topics: string[][] };
/** Per socket and topic: pairs of position and arrival, epoch ms with fractions. */
export type Heard = {
  kind: 'heard';
  messages: number;
  heard: { topic: string; at: [position: number, at: number][] }[];
};

const sockets: Socket[] = [];
const heard = new Map<string, { topic: string; at: [number, number][] }>();
let messages = 0;

process.on('message', (message: Opening | { kind: 'end' }) => {
  if (message.kind === 'open') void open(message).then(() => process.send?.({ kind: 'ready' }));
  else end();
});

async function open({ url, token, sockets: many, topics }: Opening): Promise<void> {
  for (let from = 0; from < many; from += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, many - from) }, (_, n) =>
        one({ url, token, name: from + n, topics: topics[from + n] ?? [] }),
      ),
    );
  }
}

async function one(at: { url: string; token: string; name: number; topics: string[] }): Promise<void> {
  const socket = io(at.url, {
    transports: ['websocket'],
    auth: { token: at.token },
    reconnection: false,
    forceNew: true,
  });
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('connect_error', reject));
  socket.on('topic', ({ topic, position }: { topic: string; position: string }) => {
    messages++;
    const key = `${at.name} ${topic}`;
    const known = heard.get(key) ?? { topic, at: [] };
    known.at.push([Number(position), performance.timeOrigin + performance.now()]);
    heard.set(key, known);
  });
  for (const topic of at.topics) {
    const reply = (await socket.emitWithAck('subscribe', { topic })) as { ok: boolean; code?: string };
    if (!reply.ok) throw new Error(`${topic}: ${reply.code}`);
  }
}

function end(): void {
  const answer: Heard = { kind: 'heard', messages, heard: [...heard.values()] };
  process.send?.(answer, () => {
    for (const socket of sockets) socket.disconnect();
    process.exit(0);
  });
}
