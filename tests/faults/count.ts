import { AGENTS, type Contact, contactOf, QUEUES } from './contacts.ts';

export type Sums = Record<string, number>;

/**
 * The independent count: knows which calls were sent and acknowledged, and adds up in plain code what must be on the
 * floor then. Shares nothing with the product but the words of the facts.
 */
export class Count {
  /** Calls by number that were acknowledged, each with the hour (epoch ms) that it ended in. */
  private readonly hours = new Map<number, { from: number; to: number; acknowledged: Uint8Array }>();
  sent = 0;

  /** Calls [from, to) are going to be sent, in one hour. */
  begin(hour: number, span: { from: number; to: number }): void {
    this.hours.set(hour, { ...span, acknowledged: new Uint8Array(span.to - span.from) });
    this.sent += span.to - span.from;
  }

  acknowledge(hour: number, span: { from: number; to: number }): void {
    const own = this.hours.get(hour);
    if (!own) throw new Error('calls were acknowledged that were not sent');
    own.acknowledged.fill(1, span.from - own.from, span.to - own.from);
  }

  get acknowledged(): number {
    let sum = 0;
    for (const { acknowledged } of this.hours.values()) for (const one of acknowledged) sum += one;
    return sum;
  }

  get all(): number[] {
    return [...this.hours.keys()];
  }

  /** The numbers of the calls that were acknowledged in an hour. */
  *calls(hour: number): Generator<number> {
    const own = this.hours.get(hour);
    for (let n = own?.from ?? 0; n < (own?.to ?? 0); n++) if (own?.acknowledged[n - own.from]) yield n;
  }

  /** What each agent's facts must be over some hours. */
  ofAgents(hours: number[] = this.all): Sums[] {
    const sums = Array.from({ length: AGENTS }, () => zero(['handled', 'talk_ms', 'hold_ms', 'acw_ms', 'ring_ms']));
    this.each(hours, (contact) => {
      const own = sums[contact.agent] as Sums;
      add(own, 'handled', 1);
      add(own, 'talk_ms', contact.talkMs);
      add(own, 'hold_ms', contact.holdMs);
      add(own, 'acw_ms', contact.acwMs);
      add(own, 'ring_ms', contact.ringMs);
    });
    return sums;
  }

  /** What each queue's facts must be over some hours. */
  ofQueues(hours: number[] = this.all): Sums[] {
    const sums = Array.from({ length: QUEUES }, () => zero(['offered', 'answered', 'answer_wait_ms']));
    this.each(hours, (contact) => {
      const own = sums[contact.queue] as Sums;
      add(own, 'offered', 1);
      add(own, 'answered', 1);
      add(own, 'answer_wait_ms', contact.waitMs);
    });
    return sums;
  }

  private each(hours: number[], tell: (contact: Contact) => void): void {
    for (const hour of hours) for (const n of this.calls(hour)) tell(contactOf(n, hour));
  }
}

/** Points of a closed hour: 10 for whoever handled enough, far below the stretch of the target; nothing for the slow. */
export const pointsOf = (sums: Sums): number =>
  (sums.handled ?? 0) >= ENOUGH && handleTime(sums) < STRETCH_MS ? HOUR_POINTS : 0;

/** The average handle time, rounded as it is shown: six decimals, half away from zero. */
export function handleTime({ talk_ms = 0, hold_ms = 0, acw_ms = 0, handled = 0 }: Sums): number {
  return handled === 0 ? 0 : Math.round(((talk_ms + hold_ms + acw_ms) * 1e6) / handled) / 1e6;
}

export const TARGET = { kpi: 'aht', floor: 400_000, target: 300_000, stretch: 200_000 };
const STRETCH_MS = TARGET.stretch;
const ENOUGH = 40;
const HOUR_POINTS = 10;

const zero = (names: string[]): Sums => Object.fromEntries(names.map((name) => [name, 0]));
const add = (sums: Sums, name: string, value: number): void => {
  sums[name] = (sums[name] ?? 0) + value;
};
