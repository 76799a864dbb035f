import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  compareLines,
  type Line,
  mayRank,
  memberOf,
  meritOf,
  movementOf,
  peerAverage,
  rankLines,
  visible,
} from '../../server/game/leaderboards/rules.ts';

const line = (subject: string, merit: number | null, more: Partial<Line> = {}): Line => ({
  subject,
  merit,
  value: merit,
  scored: merit,
  sample: 10,
  lastAt: 1000,
  provisional: false,
  held: null,
  interval: null,
  ...more,
});
const anyLine = fc
  .record({
    subject: fc.uuid(),
    merit: fc.option(fc.integer({ min: -3, max: 3 })),
    sample: fc.integer({ min: 0, max: 3 }),
    lastAt: fc.integer({ min: 0, max: 3 }),
    provisional: fc.boolean(),
    held: fc.boolean(),
  })
  .map(({ held, merit, ...rest }) =>
    line(rest.subject, merit, { ...rest, held: held ? { guard: 'short_share', value: 0.2, bound: 0.05 } : null }),
  );
const anyBoard = fc.uniqueArray(anyLine, { selector: (l) => l.subject, maxLength: 30 });

describe('a board', () => {
  it('orders by merit, then larger sample, then earlier time, then id', () => {
    const lines = [
      line('d', 5),
      line('c', 5, { sample: 11 }),
      line('b', 5, { lastAt: 900 }),
      line('a', 5),
      line('e', 9),
    ];
    expect(rankLines(lines, false).map((row) => [row.rank, row.line.subject])).toEqual([
      [1, 'e'],
      [2, 'c'],
      [2, 'b'],
      [2, 'a'],
      [2, 'd'],
    ]);
  });

  it('gives equal scored values the same rank and leaves the next ranks out: 1, 2, 2, 4', () => {
    const rows = rankLines([line('a', 9), line('b', 7), line('c', 7), line('d', 1)], false);
    expect(rows.map((row) => row.rank)).toEqual([1, 2, 2, 4]);
    expect(rows.map((row) => row.gap)).toEqual([null, 2, 2, 6]);
  });

  it('keeps held and provisional rows without rank, at the end', () => {
    const held = line('h', 99, { held: { guard: 'short_share', value: 0.17, bound: 0.05 } });
    const rows = rankLines([held, line('p', 50, { provisional: true }), line('a', 1), line('n', null)], false);
    expect(rows.map((row) => [row.line.subject, row.rank])).toEqual([
      ['a', 1],
      ['h', null],
      ['p', null],
      ['n', null],
    ]);
  });

  it('lets rows whose intervals overlap the first of their group share its rank', () => {
    const survey = (subject: string, merit: number, interval: [number, number]) => line(subject, merit, { interval });
    const lines = [
      survey('a', 0.9, [0.7, 1]),
      survey('b', 0.8, [0.6, 0.9]),
      survey('c', 0.65, [0.5, 0.69]),
      survey('d', 0.6, [0.4, 0.8]),
    ];
    expect(rankLines(lines, true).map((row) => row.rank)).toEqual([1, 1, 3, 3]);
    expect(rankLines(lines, false).map((row) => row.rank)).toEqual([1, 2, 3, 4]);
  });

  it.prop([anyBoard, fc.infiniteStream(fc.nat())])('does not depend on the order of its lines', (lines, seed) => {
    const shuffled = lines
      .map((l) => ({ l, at: seed.next().value }))
      .sort((a, b) => a.at - b.at)
      .map(({ l }) => l);
    expect(rankLines(shuffled, false)).toEqual(rankLines(lines, false));
  });

  it.prop([anyBoard])('ranks by the number of strictly better rows', (lines) => {
    for (const row of rankLines(lines, false)) {
      if (!mayRank(row.line)) expect(row.rank).toBeNull();
      else
        expect(row.rank).toBe(
          1 + lines.filter((other) => mayRank(other) && (other.merit as number) > (row.line.merit as number)).length,
        );
    }
  });

  it.prop([anyBoard])('is written for Redis so that its own order is the same', (lines) => {
    const ranked = lines.filter(mayRank);
    const byRedis = [...ranked].sort((a, b) => {
      if (a.merit !== b.merit) return (b.merit as number) - (a.merit as number);
      return Buffer.compare(Buffer.from(memberOf(a)), Buffer.from(memberOf(b)));
    });
    expect(byRedis.map((l) => l.subject)).toEqual([...ranked].sort(compareLines).map((l) => l.subject));
  });
});

describe('what a board shows', () => {
  const entries = rankLines([line('a', 9), line('b', 7), line('c', 5), line('p', 1, { provisional: true })], false).map(
    ({ line: l, rank, gap }) => ({
      rank,
      gap,
      subject: `person:${l.subject}`,
      name: l.subject,
      team: null,
      value: l.value,
      scored: l.scored,
      sample: l.sample,
      interval: l.interval,
      movement: null,
      provisional: l.provisional,
      held: l.held,
    }),
  );

  it('is nothing of others in benchmark mode, the first n ranks in top-n, everything in full', () => {
    expect(visible(entries, 'benchmark', 2)).toEqual([]);
    expect(visible(entries, 'top-n', 2).map((e) => e.subject)).toEqual(['person:a', 'person:b']);
    expect(visible(entries, 'full', 2)).toHaveLength(4);
  });

  it('turns towards the better side, moves by ranks, and averages who has a value', () => {
    expect([
      meritOf('higher', 3, null),
      meritOf('lower', 3, null),
      meritOf('range', 3, 900),
      meritOf('lower', null, 5),
    ]).toEqual([3, -3, 900, null]);
    expect([movementOf(5, 2), movementOf(1, 4), movementOf(undefined, 4), movementOf(4, null)]).toEqual([
      3,
      -3,
      null,
      null,
    ]);
    expect(peerAverage([line('a', 1), line('b', 2), line('c', null)])).toEqual({ average: 1.5, peers: 2 });
  });
});
