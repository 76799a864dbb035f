import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { diff } from '#server/live/patch.ts';
import { arrange, merge } from '../../src/lib/live/merge.ts';

const ada = { subject: 'person:ada', value: 4, held: null };
const ben = { subject: 'person:ben', value: 2, held: { guard: 'short_share', value: 0.2, bound: 0.05 } };
const cleo = { subject: 'person:cleo', value: 1, held: null };

describe('merge of plain fields (RFC 7396)', () => {
  test('replaces, adds and removes', () => {
    expect(merge({ a: 1, b: 2 }, { a: null, c: 3 })).toEqual({ b: 2, c: 3 });
  });
  test('goes into objects and replaces whatever is no object', () => {
    expect(merge({ a: { b: 1, c: 2 } }, { a: { b: 3 } })).toEqual({ a: { b: 3, c: 2 } });
    expect(merge({ a: 1 }, { a: { b: 3 } })).toEqual({ a: { b: 3 } });
    expect(merge({ a: 1 }, 'text')).toBe('text');
  });
  test('replaces a list without keys as a whole', () => {
    expect(merge({ interval: [1, 2] }, { interval: [3, 4] })).toEqual({ interval: [3, 4] });
  });
  test('leaves the document and its untouched branches as they are', () => {
    const before = { a: { deep: 1 }, b: { deep: 2 } };
    const after = merge(before, { b: { deep: 3 } }) as typeof before;
    expect(before.b.deep).toBe(2);
    expect(after.a).toBe(before.a);
  });
});

describe('merge of rows', () => {
  test('patches a row by its subject and leaves the others', () => {
    const after = merge({ entries: [ada, ben] }, { entries: { 'person:ada': { value: 5 } } }) as { entries: unknown[] };
    expect(after).toEqual({ entries: [{ ...ada, value: 5 }, ben] });
    expect(after.entries[1]).toBe(ben);
  });
  test('keeps null as a value inside a row, and merges what lies deeper', () => {
    expect(merge({ entries: [ben] }, { entries: { 'person:ben': { held: null } } })).toEqual({
      entries: [{ ...ben, held: null }],
    });
    expect(merge({ entries: [ben] }, { entries: { 'person:ben': { held: { value: 0.1 } } } })).toEqual({
      entries: [{ ...ben, held: { ...ben.held, value: 0.1 } }],
    });
  });
  test('removes, adds and orders', () => {
    const delta = { entries: { 'person:ada': null, 'person:cleo': cleo }, order: ['person:cleo', 'person:ben'] };
    expect(merge({ entries: [ada, ben] }, delta)).toEqual({ entries: [cleo, ben] });
  });
  test('fills a list that was empty', () => {
    expect(merge({ entries: [] }, { entries: { 'person:ada': ada }, order: ['person:ada'] })).toEqual({
      entries: [ada],
    });
  });
  test('knows rows by id as well', () => {
    expect(merge({ kpis: [{ id: 'aht', value: 1 }] }, { kpis: { aht: { value: 2 } } })).toEqual({
      kpis: [{ id: 'aht', value: 2 }],
    });
  });
  test('leaves a document alone that has a field named order', () => {
    expect(merge({ order: ['x'], entries: [ada, ben] }, { order: ['y'] })).toEqual({
      order: ['y'],
      entries: [ada, ben],
    });
  });
});

test('arrange puts unnamed rows last, in their turn', () => {
  expect(arrange([ada, ben, cleo], ['person:cleo'])).toEqual([cleo, ada, ben]);
});

const row = fc.record({
  value: fc.oneof(fc.integer(), fc.constant(null)),
  interval: fc.oneof(fc.constant(null), fc.tuple(fc.integer(), fc.integer())),
});
const board = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), row), { selector: ([key]) => key })
  .map((rows) => ({
    total: rows.length,
    entries: rows.map(([key, fields]) => ({ subject: `person:${key}`, ...fields })),
  }));

property.prop([board, board])("what the window's difference takes apart, merge puts together", (before, after) => {
  const delta = diff(before, after);
  expect(delta === undefined ? before : merge(before, delta)).toEqual(after);
});
