import { ALONE, freshBreath, spend } from './rules.ts';

const EVERY_MS = 100;

/**
 * A few who come are let through at once. Of a crowd, as after a restart, all who came within a moment are let through
 * together, so that what they ask for is read once for all of them.
 */
export function inFlocks(everyMs = EVERY_MS): () => Promise<void> {
  const breath = freshBreath(performance.now(), ALONE);
  let flock: Promise<void> | null = null;
  return async () => {
    if (!flock && spend(breath, performance.now(), ALONE)) return;
    flock ??= new Promise((resolve) => {
      setTimeout(() => {
        flock = null;
        resolve();
      }, everyMs);
    });
    await flock;
  };
}
