import type { Earned } from '$lib/contract/wall.ts';

const KEY = 'floorlight.celebrated';
const REMEMBERED = 300;
export const SHOW_MS = 7_000;

/** One celebration after the other, each exactly once: what was shown is remembered over reconnects and reloads. */
export class Celebrations {
  current: Earned | null = $state.raw(null);
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
    this.current = this.#queue.shift() ?? null;
    if (this.current) this.#timer = setTimeout(() => this.#next(), SHOW_MS);
  }
}

function remembered(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
