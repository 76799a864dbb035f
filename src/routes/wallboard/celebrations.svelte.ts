import type { Earned } from '$lib/contract/wall.ts';

const KEY = 'floorlight.celebrated';
const REMEMBERED = 300;
export const SHOW_MS = 7_000;
/** From how many on the same badge in the same tier is one scene for all who earned it. */
const GATHERED_FROM = 3;

/** What is on the stage: one badge of one person, or one that several earned together. */
export type Party = Earned & { people: string[] };

/** One celebration after the other, each exactly once: what was shown is remembered over reconnects and reloads. */
export class Celebrations {
  current: Party | null = $state.raw(null);
  #queue: Earned[] = [];
  #seen: Set<string>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#seen = new Set(remembered());
  }

  /** What the wall says now; the oldest comes first. */
  hear(list: readonly Earned[]): void {
    const fresh = list.filter((one) => !this.#seen.has(one.id)).sort((a, b) => a.at.localeCompare(b.at));
    if (fresh.length === 0) return;
    for (const one of fresh) this.#seen.add(one.id);
    localStorage.setItem(KEY, JSON.stringify([...this.#seen].slice(-REMEMBERED)));
    this.#queue.push(...fresh);
    if (!this.current) this.#next();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #next(): void {
    const { party, rest } = gathered(this.#queue);
    this.current = party;
    this.#queue = rest;
    if (this.current) this.#timer = setTimeout(() => this.#next(), SHOW_MS);
  }
}

/** The first of a queue, with all others of the same badge and tier where they are many; and what waits behind them. */
export function gathered(queue: readonly Earned[]): { party: Party | null; rest: Earned[] } {
  const [first, ...others] = queue;
  if (!first) return { party: null, rest: [] };
  const isSame = (one: Earned) => one.badge === first.badge && one.tier === first.tier;
  const same = queue.filter(isSame);
  const people = [...new Set(same.map((one) => one.person))];
  if (people.length < GATHERED_FROM) return { party: { ...first, people: [first.person] }, rest: others };
  return { party: { ...first, people }, rest: queue.filter((one) => !isSame(one)) };
}

function remembered(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
