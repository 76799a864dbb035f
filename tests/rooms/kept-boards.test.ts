import { fc, test } from '@fast-check/vitest';
import { afterAll, beforeAll, expect } from 'vitest';
import { clearBoard, type KeptLine, readPage, writeLines } from '#server/game/leaderboards/redis-store.ts';
import { rankLines } from '#server/game/leaderboards/rules.ts';
import { newWorld, type World } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world?.close());

const line = fc.record({
  subject: fc.constantFrom(...Array.from({ length: 30 }, (_, n) => `person-${n}`)),
  merit: fc.option(fc.integer({ min: -5, max: 5 })),
  sample: fc.integer({ min: 0, max: 3 }),
  lastAt: fc.integer({ min: 0, max: 3 }),
  provisional: fc.boolean(),
  held: fc.boolean(),
});
const lines = fc.uniqueArray(line, { selector: ({ subject }) => subject, maxLength: 30 });

const kept = (drawn: (typeof line extends fc.Arbitrary<infer T> ? T : never)[]): KeptLine[] =>
  drawn.map(({ held, ...rest }) => ({
    ...rest,
    value: rest.merit,
    scored: rest.merit,
    held: held ? { guard: 'short_share', value: 1, bound: 0 } : null,
    position: 7,
  }));

test.prop([lines, lines, lines, fc.nat(32), fc.integer({ min: 1, max: 12 })], { numRuns: 60 })(
  'gives every page as the order says, whatever was written over what',
  async (earlier, drawn, previous, from, count) => {
    const at = { orgId: world.orgId, board: 'b', scope: 'org', from: 2, position: 7 };
    const before = { ...at, from: 1 };
    await clearBoard(world.redis, at);
    await clearBoard(world.redis, before);
    const first = new Map(kept(earlier).map((one) => [one.subject, one]));
    const now = kept(drawn);
    await writeLines(
      world.redis,
      at,
      [...first.values()].map((one) => ({ line: one, was: null })),
    );
    await writeLines(
      world.redis,
      at,
      now.map((one) => ({ line: one, was: first.get(one.subject) ?? null })),
    );
    await writeLines(
      world.redis,
      before,
      kept(previous).map((one) => ({ line: one, was: null })),
    );

    const all = new Map([...first, ...now.map((one) => [one.subject, one] as const)]);
    const ranked = rankLines(
      [...all.values()].map((one) => ({ ...one, interval: null })),
      false,
    );
    const then = new Map(
      rankLines(
        kept(previous).map((one) => ({ ...one, interval: null })),
        false,
      ).map((row) => [row.line.subject, row.rank]),
    );
    const wanted = ranked.map(({ line: { interval: _, ...rest }, rank, gap }) => ({
      rank,
      line: rest,
      gap,
      before: then.get(rest.subject) ?? null,
    }));

    const page = await readPage(world.redis, { ...at, before: 1 }, { from, count });
    expect(page?.position ?? 7).toBe(7);
    expect(page?.total).toBe(all.size);
    expect(page?.rows.map(shown)).toEqual(wanted.slice(from, from + count));

    const me = ranked[from % Math.max(1, ranked.length)]?.line.subject ?? 'nobody';
    const index = ranked.findIndex((row) => row.line.subject === me);
    const begin = Math.max(0, index - Math.floor(count / 2));
    const around = await readPage(world.redis, { ...at, before: 1 }, { from: 0, count, around: me });
    expect(around?.rows.map(shown)).toEqual(index < 0 ? [] : wanted.slice(begin, begin + count));
  },
);

function shown({
  rank,
  line: kept,
  betterScored,
  before,
}: {
  rank: number | null;
  line: KeptLine;
  betterScored: number | null;
  before: number | null;
}) {
  const gap =
    rank === null || betterScored === null || kept.scored === null ? null : Math.abs(betterScored - kept.scored);
  return { rank, line: kept, gap, before };
}
