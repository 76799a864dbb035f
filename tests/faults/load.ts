import { setTimeout as wait } from 'node:timers/promises';
import { postOf } from './contacts.ts';
import type { Count } from './count.ts';
import type { Floor } from './floor.ts';
import { type Answer, PATIENCE_MS } from './wire.ts';

const PER_POST = 100;
const SENDERS = 6;
const AGAIN_MS = 100;
const NEVER_MS = 150_000;

export type LoadPlan = {
  count: Count;
  hour: number;
  span: { from: number; to: number };
  /** At most so many a second. */
  rate?: number;
};
export type Load = {
  /** Calls acknowledged so far. */
  readonly acknowledged: number;
  /** The greatest position that was answered. */
  readonly position: number;
  readonly done: Promise<void>;
  /** Waits until so many are acknowledged. */
  reached(acknowledged: number): Promise<void>;
  /** Sends no further posts; whatever was sent is sent again until it is acknowledged. */
  stop(): void;
};

/** Sends calls, several posts at a time. A post that got no good answer is sent again with the same ids, and counts once. */
export function startLoad(floor: Floor, plan: LoadPlan): Load {
  const { count, hour, span } = plan;
  count.begin(hour, span);
  const started = performance.now();
  let next = span.from;
  let acknowledged = 0;
  let position = 0;
  let stopped = false;

  const deliver = async (post: { from: number; to: number }): Promise<void> => {
    const body = postOf(post, hour);
    const until = Date.now() + NEVER_MS;
    while (!(await accepted(floor, post, body))) {
      if (Date.now() > until) throw new Error(`calls ${post.from} to ${post.to} are never acknowledged`);
      await wait(AGAIN_MS);
    }
  };
  const accepted = async (at: Floor, post: { from: number; to: number }, body: string): Promise<boolean> => {
    const answer = await at.call('POST', '/api/v1/events', body);
    judge(at, 'POST /api/v1/events', answer);
    if (answer.status !== 200) return false;
    const reply = answer.body as { accepted: number; duplicates: number; rejected: unknown[]; position: string };
    if (reply.accepted + reply.duplicates !== post.to - post.from)
      at.faults.push(`a post of ${post.to - post.from} was answered ${JSON.stringify(reply).slice(0, 300)}`);
    count.acknowledge(hour, post);
    acknowledged += post.to - post.from;
    position = Math.max(position, Number(reply.position));
    return true;
  };
  const sender = async (): Promise<void> => {
    while (next < span.to && !stopped) {
      const post = { from: next, to: Math.min(next + PER_POST, span.to) };
      next = post.to;
      await deliver(post);
      const due = plan.rate ? ((next - span.from) / plan.rate) * 1_000 - (performance.now() - started) : 0;
      if (due > 0) await wait(due);
    }
  };

  let failure: unknown;
  let over = false;
  const done = Promise.all(Array.from({ length: SENDERS }, sender)).then(
    () => {
      over = true;
    },
    (error) => {
      failure = error;
      over = true;
      throw error;
    },
  );
  done.catch(() => {});
  return {
    done,
    get acknowledged() {
      return acknowledged;
    },
    get position() {
      return position;
    },
    reached: async (wanted) => {
      while (acknowledged < wanted && !over) await wait(10);
      if (failure) throw failure;
    },
    stop: () => {
      stopped = true;
    },
  };
}

const GOOD = new Set([200, 429, 503]);

/** Whether an answer is one that may be given while something is broken: well, or not now; within ten seconds. */
export function judge(floor: Floor, asked: string, answer: Answer): void {
  if (answer.ms > PATIENCE_MS) floor.faults.push(`${asked} took ${Math.round(answer.ms)} ms`);
  if (answer.status === 0 ? !floor.stands : GOOD.has(answer.status)) return;
  floor.faults.push(
    `${asked} was answered ${answer.status} ${(answer.failed ?? JSON.stringify(answer.body)).slice(0, 200)}`,
  );
}
