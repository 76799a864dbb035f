import { createSubscriber } from 'svelte/reactivity';

/** The time of this screen, in epoch ms, moving once a second while somebody looks at it. */
class Now {
  #at = $state(Date.now());
  #watch = createSubscriber(() => {
    this.#at = Date.now();
    const timer = setInterval(() => {
      this.#at = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  });

  get at(): number {
    if (typeof window === 'undefined') return Date.now();
    this.#watch();
    return this.#at;
  }
}

export const now = new Now();
