import { Redis } from 'ioredis';
import { readPage, writeLines } from '../../server/game/leaderboards/redis-store.ts';
import type { Servers } from './product.ts';
import { median, rounded, table } from './table.ts';

const SIZES = [1_000, 100_000];
const READS = Number(process.env.BENCH_READS ?? 400);
const COUNT = 50;

/** Reading a board's top 50 and the 50 around somebody, against Redis itself giving 50 members and their rows. */
export async function boards(servers: Servers) {
  const redis = new Redis(servers.redisUrl);
  const rows: (string | number)[][] = [];
  const ratios: number[] = [];
  try {
    for (const members of SIZES) {
      await redis.flushall();
      const at = { orgId: 1, board: 'b', scope: 'org', from: 1 };
      await fill(redis, at, members);
      const pages = {
        top: () => readPage(redis, { ...at, before: 0 }, { from: 0, count: COUNT }),
        around: (n: number) =>
          readPage(redis, { ...at, before: 0 }, { from: 0, count: COUNT, around: `p${(n * 7919) % members}` }),
      };
      const bare = (n: number) => bareRead(redis, (n * 7919) % members);
      const found = await interleaved({ ...pages, bare });
      ratios.push(found.top / found.bare, found.around / found.bare);
      rows.push([members, found.top, found.around, found.bare, found.top / found.bare, found.around / found.bare]);
    }
  } finally {
    redis.disconnect();
  }
  table(['members', 'top us', 'around us', 'bare us', 'top ratio', 'around ratio'], rows);
  return { ratio: rounded(Math.max(...ratios), 2) };
}

type Reads = Record<'top' | 'around' | 'bare', (n: number) => Promise<unknown>>;

/** The median of each kind of read, microseconds, in turns so that all see the same machine. */
async function interleaved(reads: Reads): Promise<Record<keyof Reads, number>> {
  const times: Record<keyof Reads, number[]> = { top: [], around: [], bare: [] };
  for (let n = -20; n < READS; n++) {
    for (const kind of ['top', 'around', 'bare'] as const) {
      const started = performance.now();
      await reads[kind](Math.abs(n));
      if (n >= 0) times[kind].push((performance.now() - started) * 1000);
    }
  }
  return { top: median(times.top), around: median(times.around), bare: median(times.bare) };
}

/** Fifty members with scores, and the rows that belong to them. */
async function bareRead(redis: Redis, from: number): Promise<void> {
  const members = await redis.zrange('bare', String(from), String(from + COUNT - 1));
  if (members.length > 0) await redis.hmget('bare:rows', ...members);
}

async function fill(
  redis: Redis,
  at: { orgId: number; board: string; scope: string; from: number },
  members: number,
): Promise<void> {
  for (let from = 0; from < members; from += 1_000) {
    const lines = Array.from({ length: 1_000 }, (_, k) => {
      const value = 60_000 + (((from + k) * 7919) % 300_000);
      return {
        subject: `p${from + k}`,
        merit: -value,
        value,
        scored: value,
        sample: 20,
        lastAt: 1_700_000_000_000,
        provisional: false,
        held: null,
        position: 1,
      };
    });
    await writeLines(
      redis,
      { ...at, position: 1 },
      lines.map((line) => ({ line, was: null })),
    );
    const pipeline = redis.pipeline();
    pipeline.zadd('bare', ...lines.flatMap(({ merit, subject }) => [merit, subject]));
    pipeline.hset('bare:rows', ...lines.flatMap((line) => [line.subject, JSON.stringify(line)]));
    await pipeline.exec();
  }
}
