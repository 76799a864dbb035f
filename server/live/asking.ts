const AT_ONCE = 8;

export type Turns = {
  /** Runs it when its turn comes. */
  take(work: () => Promise<void>): void;
  /** Whatever waits is dropped. */
  close(): void;
};

/**
 * What one client asks, a few things at a time: a flood of questions is cut before most of them cost anything. How many
 * wait is bounded by how much a socket may say.
 */
export function inTurns(most = AT_ONCE): Turns {
  let waiting: (() => Promise<void>)[] = [];
  let running = 0;
  const next = (): void => {
    const work = running < most ? waiting.shift() : undefined;
    if (!work) return;
    running++;
    void work().finally(() => {
      running--;
      next();
    });
  };
  return {
    take: (work) => {
      waiting.push(work);
      next();
    },
    close: () => {
      waiting = [];
    },
  };
}
