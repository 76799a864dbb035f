import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shrunk, shrunkSum, unmixed } from '../../server/attainment/scoring/rules.ts';
import { approximate, compare, decimal, type Ratio, round } from '../../server/facts/kpis/rational.ts';

const told = ({ num, den }: Ratio) => round(num, den);

describe('shrinkage', () => {
  it('draws a small sample towards what the peers reached', () => {
    // 10 of 10 against 80 % that weigh as much as 20 more: (10 + 16) / 30
    expect(told(shrunk({ num: 10, den: 10 }, { num: 10, den: 1 }, { m0: decimal(0.8), n0: 20 }))).toBe(0.866667);
  });

  it('leaves a value alone where nothing is to be added', () => {
    const value = { num: 1, den: 3 };
    expect(shrunk(value, { num: 3, den: 1 }, { m0: decimal(0.9), n0: 0 })).toBe(value);
  });

  const parts = {
    num: fc.nat(1e9),
    den: fc.integer({ min: 1, max: 1e6 }),
    n0: fc.integer({ min: 1, max: 1000 }),
    m0: fc.nat(1e6).map((n) => n / 1000),
  };

  it('lies between the value and the mean, nearer to the value the larger the sample', () => {
    fc.assert(
      fc.property(parts.num, parts.den, parts.m0, parts.n0, (num, den, m0, n0) => {
        const value = { num, den };
        const prior = { m0: decimal(m0), n0 };
        const small = shrunk(value, { num: den, den: 1 }, prior);
        const large = shrunk(value, { num: den * 2, den: 1 }, prior);
        const side = compare(value, prior.m0);
        expect(compare(value, small) * side).toBeGreaterThanOrEqual(0);
        expect(compare(small, prior.m0) * side).toBeGreaterThanOrEqual(0);
        expect(compare(large, small) * side).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is the same the short way, where the denominator is the sample', () => {
    fc.assert(
      fc.property(
        parts.num,
        parts.den,
        parts.m0,
        parts.n0,
        fc.constantFrom(1, 1000, 60_000),
        (num, den, m0, n0, perUnit) => {
          const prior = { m0: decimal(m0), n0 };
          const long = shrunk({ num, den }, { num: den, den: perUnit }, prior);
          expect(compare(shrunkSum({ num, den }, perUnit, prior), long)).toBe(0);
        },
      ),
    );
  });
});

describe('case mix', () => {
  const peers = { overall: 300, queues: { billing: 200, claims: 600 } };

  it('frees a value of the queues that one happened to serve', () => {
    // 10 contacts in claims and none elsewhere: 600 expected, 540 reached, so 10 % better than peers: 270
    expect(told(unmixed(decimal(540), [{ queue: 'claims', contacts: 10 }], peers))).toBe(270);
    // half and half: 400 expected
    expect(
      told(
        unmixed(
          decimal(400),
          [
            { queue: 'claims', contacts: 5 },
            { queue: 'billing', contacts: 5 },
          ],
          peers,
        ),
      ),
    ).toBe(300);
  });

  it('counts a queue that no peer knows at the overall value, also one with a treacherous name', () => {
    expect(told(unmixed(decimal(300), [{ queue: 'constructor', contacts: 3 }], peers))).toBe(300);
  });

  it('leaves the value alone where nothing can be expected', () => {
    expect(told(unmixed(decimal(42), [], peers))).toBe(42);
    expect(told(unmixed(decimal(42), [{ queue: 'x', contacts: 1 }], { overall: 0, queues: {} }))).toBe(42);
  });

  it('does not depend on the order of the queues', () => {
    const own = fc.uniqueArray(
      fc.record({ queue: fc.constantFrom('billing', 'claims', 'c', 'd'), contacts: fc.integer({ min: 1, max: 500 }) }),
      { selector: (o) => o.queue, minLength: 1 },
    );
    fc.assert(
      fc.property(own, (rows) => {
        expect(approximate(unmixed(decimal(311.5), [...rows].reverse(), peers))).toBe(
          approximate(unmixed(decimal(311.5), rows, peers)),
        );
      }),
    );
  });
});
