import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import type { Child } from './child-house.ts';
import { leg } from './legs.ts';
import { until } from './raw-socket.ts';

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
  bad.kill('SIGKILL');
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

/** All who misbehave, in a process of their own: what keeps them busy must not keep those who listen from listening. */
async function misbehave(url: string, key: string, plan: Hostile): Promise<ChildProcess> {
  const script = path.join(import.meta.dirname, 'misbehaving.ts');
  const args = [script, url, key, String(plan.deaf), String(plan.floods)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`those who misbehave ended too early (${code})`)));
  });
  return child;
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
