import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketClosing, closings, closingsWithin, missedAfter } from '#server/attainment/due.ts';

const MINUTE = 60_000;
const roster = (...zones: string[]) => ({
  organisation: { name: 'x', timeZone: zones[0] ?? 'UTC', currency: 'EUR', epoch: 0 },
  sites: new Map(zones.map((timeZone, n) => [String(n), { id: String(n), name: String(n), timeZone }])),
});
const at = (text: string) => Date.parse(text);
const floor = roster('Europe/Lisbon', 'Asia/Manila');

describe('what is due to be closed', () => {
  it('is the last bucket and the last window of each kind and zone, in order of time', () => {
    const due = closings(roster('Europe/Lisbon'), at('2026-03-11T10:20:00Z'));
    expect(due.map((event) => event.id)).toEqual([
      `window:bucket:${at('2026-03-11T10:15:00Z')}`,
      `window:month:Europe/Lisbon:${at('2026-02-01T00:00:00Z')}`,
      `window:week:Europe/Lisbon:${at('2026-03-02T00:00:00Z')}`,
      `window:day:Europe/Lisbon:${at('2026-03-10T00:00:00Z')}`,
      `window:hour:Europe/Lisbon:${at('2026-03-11T09:00:00Z')}`,
    ]);
  });

  it('waits for the grace of a window', () => {
    const hours = (now: string) =>
      closings(roster('Europe/Lisbon'), at(now)).find(({ data }) => data.window === 'hour')?.data.to;
    expect(hours('2026-03-11T10:14:59Z')).toBe(at('2026-03-11T09:00:00Z'));
    expect(hours('2026-03-11T10:15:00Z')).toBe(at('2026-03-11T10:00:00Z'));
  });

  it('closes a span without a gap or a repeat wherever it is cut', () => {
    const from = at('2026-03-27T00:00:00Z');
    const to = at('2026-04-01T12:00:00Z');
    const whole = closingsWithin(floor, { from, to }).map(({ id }) => id);
    expect(new Set(whole).size).toBe(whole.length);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: to - from - 1 }), (cut) => {
        const first = closingsWithin(floor, { from, to: from + cut });
        const second = closingsWithin(floor, { from: from + cut, to });
        expect([...first, ...second].map(({ id }) => id)).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  it('covers every hour of a week in which the clock changes', () => {
    const span = { from: at('2026-03-23T00:15:00Z'), to: at('2026-03-30T00:15:00Z') };
    const lisbon = closingsWithin(roster('Europe/Lisbon'), span).filter(({ data }) => data.window === 'hour');
    expect(lisbon.slice(1).map(({ data }) => data.from)).toEqual(lisbon.slice(0, -1).map(({ data }) => data.to));
    expect(lisbon.length).toBe(168);
  });
});

describe('what was missed', () => {
  const all = closingsWithin(floor, { from: at('2026-03-10T00:00:00Z'), to: at('2026-03-11T00:00:00Z') });

  it('is nothing for a house that begins', () => {
    expect(missedAfter(all, () => false)).toEqual([]);
  });

  it('is what came after the last closing of its kind and zone', () => {
    const hours = all.filter(({ data }) => data.window === 'hour' && data.zone === 'Asia/Manila');
    const known = new Set(hours.slice(0, 5).map(({ id }) => id));
    expect(missedAfter(all, (id) => known.has(id))).toEqual(hours.slice(5));
    const last = hours.at(-1)?.id;
    expect(missedAfter(all, (id) => id === last)).toEqual([]);
  });
});

it('closes the bucket that is over, with a few seconds for what is on its way', () => {
  const noon = at('2026-03-11T12:00:00Z');
  expect(bucketClosing(noon + 4_999).data.to).toBe(noon - 15 * MINUTE);
  expect(bucketClosing(noon + 5_000).data.to).toBe(noon);
});
