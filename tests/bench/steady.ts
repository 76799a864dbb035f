import { setTimeout as wait } from 'node:timers/promises';
import type { Heard } from './crowd.ts';
import { legOf } from './load.ts';
import type { Product } from './product.ts';

const PER_POST = 20;

/** A post: when it was sent (epoch ms), the position it was answered with, and the topics of those whose calls it held. */
export type Sent = { at: number; position: number; people: Set<string> };

type Plan = {
  perSecond: number;
  seconds: number;
  people: number;
  first: number;
  /** Whose the first call of a post is, by the post's number. */
  leader?: (post: number) => number;
};

/** Posts of 20 calls at a steady rate, whether or not the answers keep up. */
export async function steadily(product: Product, plan: Plan): Promise<Sent[]> {
  const sent: Sent[] = [];
  const every = (1000 * PER_POST) / plan.perSecond;
  const started = performance.now();
  const waiting: Promise<void>[] = [];
  for (let n = 0; n < (plan.seconds * plan.perSecond) / PER_POST; n++) {
    const events = Array.from({ length: PER_POST }, (_, k) =>
      ledBy(legOf(plan.first + n * PER_POST + k, plan.people), k === 0 ? plan.leader?.(n) : undefined),
    );
    const body = Buffer.from(JSON.stringify(events));
    const due = started + n * every - performance.now();
    if (due > 0) await wait(due);
    const at = performance.timeOrigin + performance.now();
    const people = new Set(events.map((event) => `person:p${(event.data as { agent: string }).agent}`));
    waiting.push(
      product
        .call<{ position: string }>('POST', '/api/v1/events', body)
        .then(({ position }) => void sent.push({ at, position: Number(position), people })),
    );
  }
  await Promise.all(waiting);
  return sent;
}

/** From each post to the first message that covers it on the topics it concerns, ms. What came after the end is left out. */
export function delays(
  heard: Heard['heard'],
  sent: readonly Sent[],
  concerns: (topic: string, post: Sent) => boolean,
): number[] {
  const found: number[] = [];
  for (const { topic, at } of heard) {
    for (const post of sent) {
      if (!concerns(topic, post)) continue;
      const first = at.find(([position]) => position >= post.position);
      if (first) found.push(first[1] - post.at);
    }
  }
  return found;
}

function ledBy(event: Record<string, unknown>, agent: number | undefined) {
  return agent === undefined ? event : { ...event, data: { ...(event.data as object), agent: String(agent) } };
}
