import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { diff } from '../../server/live/patch.ts';
import { merge } from '../../src/lib/live/merge.ts';

// In a merge patch null means "gone", so a value that is null and one that is absent are the same to a reader.
const lean = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(lean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, lean(inner)]])),
  );
};

const row = fc.record({
  rank: fc.option(fc.integer({ min: 1, max: 9 })),
  value: fc.integer(),
  interval: fc.option(fc.tuple(fc.integer(), fc.integer())),
  held: fc.option(fc.record({ guard: fc.constantFrom('short_share', 'transfer_rate'), value: fc.integer() })),
});
const board = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')),
    fc.array(row, { minLength: 6, maxLength: 6 }),
    fc.nat(),
  )
  .map(([subjects, rows, total]) => ({
    board: { id: 'x' },
    total,
    entries: subjects.map((subject, n) => ({ subject, ...rows[n] })),
  }));

describe('a delta', () => {
  it.prop([board, board], { numRuns: 500 })(
    'brings a reader of the state before to the state after',
    (before, after) => {
      const delta = diff(before, after);
      const reached = delta === undefined ? before : merge(before, delta);
      expect(lean(reached)).toEqual(lean(after));
    },
  );

  it('says nothing where nothing changed', () => {
    const state = { position: '1', entries: [{ subject: 'a', value: 1 }] };
    expect(diff(state, structuredClone(state))).toBeUndefined();
  });

  it('names only what changed, rows by their subject, and the order where it is new', () => {
    const before = {
      entries: [
        { subject: 'a', value: 1, rank: 1 },
        { subject: 'b', value: 2, rank: 2 },
      ],
      total: 2,
    };
    const after = {
      entries: [
        { subject: 'b', value: 3, rank: 1 },
        { subject: 'a', value: 1, rank: 2 },
      ],
      total: 2,
    };
    expect(diff(before, after)).toEqual({ entries: { b: { value: 3, rank: 1 }, a: { rank: 2 } }, order: ['b', 'a'] });
    expect(diff(before, { entries: [before.entries[0]], total: 1 })).toEqual({
      entries: { b: null },
      order: ['a'],
      total: 1,
    });
  });
});
