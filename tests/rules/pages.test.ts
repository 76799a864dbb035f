import { expect, it } from 'vitest';
import type { LoggedEvent, Position } from '../../server/log/catalogue.ts';
import { turnPages } from '../../server/log/pages.ts';

const events = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => ({ position: from + n + 1 }) as LoggedEvent);
const positions = (page: LoggedEvent[]) => page.map(({ position }) => position);

/** A log of which so many events can be read, and what was asked of it. */
function logOf(readable: { until: number }) {
  const asked: { after: Position; most: number }[] = [];
  return {
    asked,
    read: async (after: Position, { most, until }: { most: number; until: Position | undefined }) => {
      asked.push({ after, most });
      return events(after, Math.max(after, Math.min(after + most, until ?? Number.MAX_SAFE_INTEGER, readable.until)));
    },
  };
}
const double = (most: number) => most * 2;

it('gives every event once and in order, and begins with a page while the one before is worked on', async () => {
  const log = logOf({ until: 20 });
  const read = turnPages(log.read, double);
  expect(positions(await read(0, { most: 2, until: undefined }))).toEqual([1, 2]);
  expect(log.asked.at(-1)).toEqual({ after: 2, most: 4 });
  const before = log.asked.length;
  expect(positions(await read(2, { most: 4, until: undefined }))).toEqual([3, 4, 5, 6]);
  expect(log.asked.slice(before)).toEqual([{ after: 6, most: 8 }]);
});

it('reads a page again that was not full when it was read ahead: the log has gone on', async () => {
  const readable = { until: 5 };
  const log = logOf(readable);
  const read = turnPages(log.read, (most) => most);
  expect(positions(await read(0, { most: 4, until: undefined }))).toEqual([1, 2, 3, 4]);
  readable.until = 7;
  expect(positions(await read(4, { most: 4, until: undefined }))).toEqual([5, 6, 7]);
});

it('forgets what it read ahead when it is asked for another place, or up to another one', async () => {
  const log = logOf({ until: 20 });
  const read = turnPages(log.read, (most) => most);
  await read(0, { most: 3, until: undefined });
  expect(positions(await read(1, { most: 3, until: undefined }))).toEqual([2, 3, 4]);
  expect(positions(await read(4, { most: 3, until: 5 }))).toEqual([5]);
});

it('asks again where reading ahead failed', async () => {
  const log = logOf({ until: 20 });
  let isAway = false;
  const read = turnPages(
    async (after, page) => {
      if (isAway) throw new Error('away');
      return log.read(after, page);
    },
    (most) => {
      isAway = true;
      return most;
    },
  );
  await read(0, { most: 3, until: undefined });
  await expect(read(3, { most: 3, until: undefined })).rejects.toThrow('away');
  isAway = false;
  expect(positions(await read(3, { most: 3, until: undefined }))).toEqual([4, 5, 6]);
});
