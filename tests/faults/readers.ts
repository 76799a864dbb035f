import { setTimeout as wait } from 'node:timers/promises';
import { quantile } from '../bench/table.ts';
import type { Floor } from './floor.ts';
import { judge } from './load.ts';

const READS = [
  '/api/v1/boards/handling?limit=50',
  '/api/v1/people/p1/performance',
  '/api/v1/sources',
  '/api/v1/boards/score',
  '/readyz',
];
const EVERY_MS = 200;

export type Readers = {
  /** How many answers of each status since the last look, and the slowest of them. */
  look(): { statuses: Record<string, number>; slowestMs: number };
  /** Whether all reads were good since the last look. */
  stop(): Promise<void>;
};

/** People who look while something is broken: each read must be answered, well or not now, within ten seconds. */
export function startReaders(floor: Floor): Readers {
  let stopped = false;
  let seen: { status: number; ms: number }[] = [];
  const reader = async (path: string): Promise<void> => {
    while (!stopped) {
      const answer = await floor.call('GET', path);
      judge(floor, `GET ${path}`, answer);
      seen.push(answer);
      await wait(EVERY_MS);
    }
  };
  const all = Promise.all(READS.map(reader));
  return {
    look: () => {
      const statuses: Record<string, number> = {};
      for (const { status } of seen) statuses[status] = (statuses[status] ?? 0) + 1;
      const slowestMs = Math.round(
        quantile(
          seen.map(({ ms }) => ms),
          1,
        ),
      );
      seen = [];
      return { statuses, slowestMs };
    },
    stop: async () => {
      stopped = true;
      await all;
    },
  };
}

/** Until writes and reads are answered well again. @returns how long that took, ms */
export async function serving(floor: Floor, mostMs = 60_000): Promise<number> {
  const started = performance.now();
  for (;;) {
    const asked = [floor.call('POST', '/api/v1/events', []), ...READS.map((path) => floor.call('GET', path))];
    const answers = await Promise.all(asked);
    const ms = Math.round(performance.now() - started);
    if (answers.every(({ status }) => status === 200)) return ms;
    if (ms > mostMs) throw new Error(`not whole again: ${answers.map(({ status }) => status).join()} after ${ms} ms`);
    await wait(50);
  }
}
