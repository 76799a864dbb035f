import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeAgain, testOf } from '../../server/attainment/receipts/tests.ts';
import { lineOf } from '../../server/attainment/scoring/marks.ts';
import type { PlanItem } from '../../server/attainment/scoring/plan.ts';
import {
  decideFlags,
  gainOf,
  K,
  movementOf,
  N,
  type Tested,
  testWindow,
  type Watch,
} from '../../server/coaching/rules.ts';
import { BUILT_IN } from '../../server/facts/kpis/catalogue.ts';
import { measureFrom } from '../../server/facts/kpis/measure.ts';

const DAY = 86_400_000;
const tested = (day: number, beyond: boolean, grain: 'day' | 'week' = 'day'): Tested => ({
  window: grain,
  from: day * DAY,
  to: (day + 1) * DAY,
  value: 1,
  sample: 30,
  interval: null,
  mark: 0.2,
  p: beyond ? 0.01 : 0.5,
  beyond,
});
const asked = (windows: Tested[], more = {}) => [{ kpi: 'aht', windows, open: null, since: 0, ...more }];
const kinds = (windows: Tested[], more = {}) => decideFlags(asked(windows, more)).map(({ kind }) => kind);

/** A watched KPI of the catalogue with marks of its own. */
function watchOf(id: string, marks: { floor: number; target: number; stretch: number }): Watch {
  const definition = BUILT_IN.get(id);
  if (!definition) throw new Error(id);
  const measure = measureFrom({ definition, version: 0, effectiveFrom: null, builtIn: true });
  const line = lineOf(definition.better, marks);
  const target = { version: 1, of: 'organisation', marks, line };
  const item: PlanItem = {
    measure,
    weight: 1,
    gates: [],
    minSample: 10,
    settledAt: 0,
    target,
    prior: null,
    guards: [],
    peers: null,
  };
  const bounds: Watch['bounds'] = definition.better === 'lower' ? [null, marks.floor] : [marks.floor, null];
  const about = {
    definition: { version: 0, text: definition.value },
    target: { version: 1, of: 'organisation', mark: 'floor' as const, marks },
    guardOf: null,
  };
  return { item, bounds, weight: 1, about };
}
const TRANSFERS = watchOf('transfer_rate', { floor: 0.2, target: 0.1, stretch: 0.05 });
const AHT = watchOf('aht', { floor: 300_000, target: 270_000, stretch: 240_000 });
const AT = { grain: 'day' as const, from: 0, to: DAY, now: 2 * DAY };

describe('a test of a share', () => {
  it('can be done again from its count alone, and is what adding up the binomial by hand gives', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 60 }), fc.nat(60), (n, x) => {
        const found = testWindow(TRANSFERS, { sums: { handled: n, transferred_out: Math.min(n, x) } }, AT);
        const count = found?.tested.count;
        if (!found || !count) throw new Error('nothing was tested');
        const { chance, side } = count;
        const wrong = side === 'above' ? count.x > n * chance : count.x < n * chance;
        const [from, to] = side === 'above' ? [count.x, n] : [0, count.x];
        let p = 0;
        for (let k = from; k <= to; k++) p += choose(n, k) * chance ** k * (1 - chance) ** (n - k);
        expect(found.tested.p).toBeCloseTo(wrong ? p : 1, 5);
        const again = judgeAgain(testOf({ of: 'window', kpi: 'x', label: '', side, mark: 0.2 }, { count }));
        expect(again).toEqual({ p: found.tested.p, speaks: found.tested.beyond });
      }),
    );
  });
});

const choose = (n: number, k: number): number => {
  let all = 1;
  for (let i = 1; i <= k; i++) all = (all * (n - k + i)) / i;
  return all;
};

describe('the rule', () => {
  it('opens when two of the last three windows are beyond, and not for one', () => {
    expect(kinds([tested(1, true), tested(2, false), tested(3, true)])).toEqual(['open']);
    expect(kinds([tested(1, true), tested(2, true)])).toEqual(['open']);
    expect(kinds([tested(1, false), tested(2, false), tested(3, true)])).toEqual([]);
    expect(kinds([tested(0, true), tested(1, true), tested(2, false), tested(3, false)])).toEqual([]);
    expect(kinds([tested(3, true)])).toEqual([]);
  });

  it('joins new evidence to the open flag, and never opens a second', () => {
    const open = { id: 'f', grain: 'day', evidence: [tested(1, true), tested(2, true)] };
    expect(kinds([tested(1, true), tested(2, true)], { open })).toEqual([]);
    expect(kinds([tested(1, true), tested(2, true), tested(3, true)], { open })).toEqual(['join']);
    expect(kinds([tested(1, true), tested(2, true), tested(3, false)], { open })).toEqual([]);
  });

  it('closes when it is gone for three windows', () => {
    const open = { id: 'f', grain: 'day', evidence: [tested(1, true), tested(2, true)] };
    expect(kinds([tested(2, true), tested(3, false), tested(4, false)], { open })).toEqual([]);
    expect(kinds([tested(3, false), tested(4, false), tested(5, false)], { open })).toEqual(['close']);
    expect(kinds([tested(3, false, 'week'), tested(4, false, 'week'), tested(5, false, 'week')], { open })).toEqual([]);
  });

  it('does not judge again what a leader weighed already', () => {
    expect(kinds([tested(1, true), tested(2, true), tested(3, true)], { since: 3.2 * DAY })).toEqual([]);
    expect(kinds([tested(2, true), tested(3, true), tested(4, true)], { since: 3.2 * DAY })).toEqual(['open']);
  });

  it('holds for any run of windows: opens exactly when K of the last N are beyond', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 8 }), (run) => {
        const count = run.slice(-N).filter(Boolean).length;
        expect(kinds(run.map((beyond, day) => tested(day, beyond)))).toEqual(count >= K ? ['open'] : []);
      }),
    );
  });
});

describe('the test of a window', () => {
  it('is exact for shares', () => {
    const found = testWindow(TRANSFERS, { sums: { handled: 40, transferred_out: 16 } }, AT);
    expect(found?.tested).toMatchObject({ value: 0.4, sample: 40, mark: 0.2, beyond: true });
    expect(found?.tested.p).toBeCloseTo(0.002936, 5);
    expect(testWindow(TRANSFERS, { sums: { handled: 40, transferred_out: 10 } }, AT)?.tested.beyond).toBe(false);
  });

  it('says nothing below the least sample', () => {
    expect(testWindow(TRANSFERS, { sums: { handled: 9, transferred_out: 9 } }, AT)).toBeNull();
    expect(testWindow(TRANSFERS, { sums: {} }, AT)).toBeNull();
  });

  it('asks the whole interval of a mean to lie beyond', () => {
    const day = (each: number[]) => {
      const buckets = each.map((talk_ms) => ({ sums: { talk_ms: talk_ms * 3, handled: 3 } }));
      const sum = each.reduce((total, talk_ms) => total + talk_ms * 3, 0);
      return testWindow(AHT, { sums: { talk_ms: sum, handled: 3 * each.length }, buckets }, AT)?.tested;
    };
    expect(day([400_000, 410_000, 390_000, 405_000, 395_000])?.beyond).toBe(true);
    expect(day([100_000, 710_000, 390_000, 205_000, 395_000])?.beyond).toBe(false);
    expect(day([200_000, 210_000, 190_000, 205_000, 195_000])?.beyond).toBe(false);
    expect(day([400_000, 410_000, 390_000, 405_000])).toBeUndefined();
  });
});

describe('people truly at target', () => {
  /** Seeded (mulberry32), so that the rate is the same every time. */
  function chance(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
    };
  }
  const flaggedShare = (rate: number, people: number): number => {
    const random = chance(20261124);
    let flagged = 0;
    for (let person = 0; person < people; person += 1) {
      const windows: Tested[] = [];
      let open = false;
      for (let day = 0; day < 21 && !open; day += 1) {
        let moved = 0;
        for (let call = 0; call < 60; call += 1) if (random() < rate) moved += 1;
        const found = testWindow(TRANSFERS, { sums: { handled: 60, transferred_out: moved } }, AT);
        if (found) windows.push({ ...found.tested, from: day * DAY, to: (day + 1) * DAY });
        open = decideFlags(asked(windows)).length > 0;
      }
      if (open) flagged += 1;
    }
    return flagged / people;
  };

  it('are almost never flagged in a month: 0 of 3,000 at target, and below 5 % even right at the floor', () => {
    expect(flaggedShare(0.1, 3_000)).toBe(0);
    expect(flaggedShare(0.2, 1_000)).toBeLessThan(0.05);
  });

  it('and those far beyond the floor are found', () => expect(flaggedShare(0.4, 300)).toBeGreaterThan(0.95));
});

describe('what there is to win, and what moved', () => {
  it('is weight times missing attainment', () => {
    expect(gainOf(40, 100, 300)).toBe(280);
    expect(gainOf(40, 100, 1100)).toBe(0);
    expect(gainOf(40, 100, null)).toBe(200);
  });

  it('cannot be told while either side has too little', () => {
    const side = (low: number, high: number, enough = true) => ({
      value: low,
      sample: 40,
      interval: [low, high] as [number, number],
      enough,
    });
    expect(movementOf(side(10, 12), side(6, 8, false), 'lower')).toBe('cannot_tell');
    expect(movementOf(side(10, 12), side(6, 8), 'lower')).toBe('better');
    expect(movementOf(side(10, 12), side(6, 8), 'higher')).toBe('worse');
    expect(movementOf(side(10, 12), side(11, 14), 'higher')).toBe('overlap');
  });
});
