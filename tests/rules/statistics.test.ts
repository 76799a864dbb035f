import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  incompleteBeta,
  lowerTail,
  ratioInterval,
  speaks,
  tQuantile,
  upperTail,
  wilson,
} from '../../server/attainment/scoring/statistics.ts';

describe("Student's t", () => {
  it.each([
    [1, 12.7062047],
    [2, 4.3026527],
    [4, 2.7764451],
    [9, 2.2621572],
    [19, 2.0930241],
    [30, 2.0422725],
    [120, 1.9799304],
  ])('has the published 97.5 %% quantile for %i degrees', (df, published) => {
    expect(Math.abs(tQuantile(0.975, df) - published)).toBeLessThan(1e-6);
  });

  it('comes down to the normal one', () => {
    expect(tQuantile(0.975, 1_000_000)).toBeCloseTo(1.959966, 5);
    expect(Math.abs(tQuantile(0.95, 10) - 1.8124611)).toBeLessThan(1e-6);
  });
});

/** Binomial tail by adding up, in logarithms of factorials. */
function tailBySum(x: number, n: number, p: number): number {
  const logs = [0];
  for (let k = 1; k <= n; k += 1) logs[k] = (logs[k - 1] ?? 0) + Math.log(k);
  let sum = 0;
  for (let k = x; k <= n; k += 1) {
    const choose = (logs[n] ?? 0) - (logs[k] ?? 0) - (logs[n - k] ?? 0);
    sum += Math.exp(choose + k * Math.log(p) + (n - k) * Math.log(1 - p));
  }
  return sum;
}

describe('the exact binomial tests', () => {
  it('equal the sums they stand for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.nat(400),
        (n, p, x) => {
          const at = Math.min(x, n);
          expect(upperTail(at, n, p)).toBeCloseTo(tailBySum(at, n, p), 9);
          expect(upperTail(at, n, p) + (at > 0 ? lowerTail(at - 1, n, p) : 0)).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  it('know the edges', () => {
    expect(upperTail(0, 10, 0.5)).toBe(1);
    expect(upperTail(11, 10, 0.5)).toBe(0);
    expect(lowerTail(10, 10, 0.5)).toBe(1);
    expect(upperTail(10, 10, 0.5)).toBeCloseTo(1 / 1024, 12);
    expect(incompleteBeta(0.5, 2, 3)).toBeCloseTo(0.6875, 12);
  });

  it('speak at 2.5 %, and never inside the bound', () => {
    // P(X >= 5 | 38, 5 %) = 0.0397, P(X >= 6 | 38, 5 %) = 0.0116
    const beyond = (x: number, n: number, chance: number) => speaks({ x, n, chance, side: 'above' });
    const short = (x: number, n: number, chance: number) => speaks({ x, n, chance, side: 'below' });
    expect(beyond(5, 38, 0.05)).toBe(false);
    expect(beyond(6, 38, 0.05)).toBe(true);
    expect(beyond(1, 38, 0.05)).toBe(false);
    expect(short(33, 38, 0.95)).toBe(false);
    expect(short(32, 38, 0.95)).toBe(true);
    expect(beyond(1, 1, 0)).toBe(true);
    expect(beyond(10, 10, 1)).toBe(false);
  });
});

describe('intervals', () => {
  it('of proportions are those of Wilson', () => {
    expect(wilson(0.5, 10)).toEqual([0.236593, 0.763407]);
    expect(wilson(0, 20)?.[0]).toBe(0);
    expect(wilson(1, 20)?.[1]).toBe(1);
    expect(wilson(0.5, 0)).toBeNull();
  });

  it('of ratios need five buckets in which something happened', () => {
    const pairs = [10, 12, 9, 11].map((num) => ({ num, den: 2 }));
    expect(ratioInterval(pairs)).toBeNull();
    expect(ratioInterval([...pairs, { num: 0, den: 0 }])).toBeNull();
    // R = 5.2, residuals -0.4 1.6 -1.4 0.6 -0.4, t(4) = 2.776445: 5.2 -+ 2.776445 x sqrt(5.2 x 5 / 4) / 10
    expect(ratioInterval([...pairs, { num: 10, den: 2 }])).toEqual([4.492143, 5.907857]);
  });

  it('of ratios do not depend on the order of the buckets', () => {
    const pair = fc.record({ num: fc.integer({ min: 0, max: 1e7 }), den: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 5, maxLength: 40 }), (pairs) => {
        expect(ratioInterval([...pairs].reverse())).toEqual(ratioInterval(pairs));
      }),
    );
  });
});
