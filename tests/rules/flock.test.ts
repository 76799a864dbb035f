import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inFlocks } from '../../server/live/flock.ts';
import { ALONE } from '../../server/live/rules.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** So many come at once. @returns how many have been let through by now */
async function come(together: () => Promise<void>, many: number): Promise<() => number> {
  let through = 0;
  for (let n = 0; n < many; n++)
    void together().then(() => {
      through++;
    });
  await turn();
  return () => through;
}

it('lets a few through at once, and the rest of a crowd together a moment later', async () => {
  const together = inFlocks(100);
  const some = await come(together, ALONE.atOnce);
  expect(some()).toBe(ALONE.atOnce);
  const crowd = await come(together, 500);
  expect(crowd()).toBe(0);
  vi.advanceTimersByTime(60);
  const late = await come(together, 10);
  expect([crowd(), late()]).toEqual([0, 0]);
  vi.advanceTimersByTime(40);
  await turn();
  expect([crowd(), late()]).toEqual([500, 10]);
});

it('lets one who comes alone through at once again when the crowd is over', async () => {
  const together = inFlocks(100);
  await come(together, ALONE.atOnce + 100);
  vi.advanceTimersByTime(2_000);
  expect((await come(together, 1))()).toBe(1);
});
