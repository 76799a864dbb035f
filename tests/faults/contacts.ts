// The calls that the suite sends, each by its number: whoever knows the number knows everything that is to be counted of it.
export const SOURCE = 'faults';
export const AGENTS = 120;
export const QUEUES = 6;
export const HOUR_MS = 3_600_000;

export type Contact = {
  id: string;
  agent: number;
  queue: number;
  endedAt: number;
  waitMs: number;
  ringMs: number;
  talkMs: number;
  holdMs: number;
  acwMs: number;
};

/** Every third agent is slow, far beyond the floor of the target; the others are far better than its stretch. */
export const isSlow = (agent: number): boolean => agent % 3 === 0;

/** Call number `n`, ended within the hour that begins at `hour` (epoch ms). */
export function contactOf(n: number, hour: number): Contact {
  const agent = n % AGENTS;
  const holdMs = n % 7 === 0 ? 5_000 + (n % 900) : 0;
  return {
    id: `call-${n}`,
    agent,
    queue: Math.floor(n / AGENTS) % QUEUES,
    endedAt: hour + ((n * 7_919) % HOUR_MS),
    waitMs: (n * 31) % 60_000,
    ringMs: 1_000 + ((n * 13) % 4_000),
    talkMs: (isSlow(agent) ? 500_000 : 60_000) + ((n * 17) % 30_000),
    holdMs,
    acwMs: (n * 11) % 20_000,
  };
}

/** Calls [from, to) as the body of one post. */
export function postOf(span: { from: number; to: number }, hour: number): string {
  const events = [];
  for (let n = span.from; n < span.to; n++) events.push(eventOf(contactOf(n, hour)));
  return JSON.stringify(events);
}

function eventOf(contact: Contact) {
  const { id, agent, queue, endedAt, ...durations } = contact;
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    specversion: '1.0',
    id,
    source: SOURCE,
    type: 'interaction.ended',
    time: iso(endedAt),
    data: {
      interactionId: id,
      agent: String(agent),
      queue: `queue-${queue}`,
      channel: 'voice',
      direction: 'inbound',
      // a queue counts a call by when it was offered, an agent by when it ended: here one instant, so that one window holds both
      offeredAt: iso(endedAt),
      answeredAt: iso(endedAt),
      endedAt: iso(endedAt),
      ...durations,
      holdCount: contact.holdMs > 0 ? 1 : 0,
      outcome: 'handled',
      transfer: 'none',
    },
  };
}
