import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../server/facts/kpis/formula.ts';
import { FormulaError } from '../../server/facts/kpis/formula-tree.ts';
import { decimal, ratio, round } from '../../server/facts/kpis/rational.ts';

const value = (source: string, sums: Record<string, number> = {}) => compile(source).value(sums);

describe('a formula', () => {
  it('calculates with facts that are there and takes absent ones for 0', () => {
    expect(value('(talk_ms + hold_ms + acw_ms) / handled', { talk_ms: 900, acw_ms: 100, handled: 3 })).toBe(333.333333);
    expect(value('missing + 2')).toBe(2);
    expect(compile('a + b / a').facts).toEqual(['a', 'b']);
  });

  it('divides exactly where CEL would cut to whole numbers', () => {
    expect(value('7 / 2')).toBe(3.5);
    expect(value('100 * (p - d) / n', { p: 3, d: 5, n: 3 })).toBe(-66.666667);
    expect(value('0.1 + 0.2')).toBe(0.3);
  });

  it('rounds once, half away from zero', () => {
    expect(value('a / 2000000', { a: 1 })).toBe(0.000001);
    expect(value('a / 2000000', { a: -1 })).toBe(-0.000001);
    expect(value('a / 3', { a: 2 })).toBe(0.666667);
  });

  it('has no value where something is divided by zero, however it is written', () => {
    for (const source of ['a / n', 'a / (a / n)', '(a / n) * n', 'max(1, a / n)', 'a / n > 1 ? 1 : 2'])
      expect(value(source, { a: 5 })).toBeNull();
    expect(value('n == 0 ? 1 : a / n', { a: 5 })).toBe(1);
  });

  it('chooses, and takes the smaller or larger of two', () => {
    expect(value('a >= b ? min(a, b) : max(a, 9)', { a: 5, b: 3 })).toBe(3);
    expect(value('a != b ? -a : b', { a: 5, b: 3 })).toBe(-5);
  });

  it('stays exact beyond 2^53', () => {
    const big = Number.MAX_SAFE_INTEGER;
    expect(value('a * a / a', { a: big })).toBe(big);
    expect(value('(a * 3 - a * 2) / a', { a: big })).toBe(1);
  });

  it('tells its numbers', () => {
    expect(compile('(talk_ms - acw_ms) / handled').filled({ talk_ms: 5, acw_ms: -2, handled: 3 })).toBe(
      '(5 - (-2)) / 3',
    );
  });
});

const HOSTILE: [string, RegExp][] = [
  ['a.matches("(x+)+y")', /functions of a value/],
  ['matches("a", "b")', /function "matches"/],
  ['"text"', /not allowed/],
  ['[1, 2, 3]', /lists/],
  ['{"a": 1}', /maps/],
  ['a.b', /members/],
  ['a["b"]', /indexes/],
  ['[1, 2].map(x, x)', /functions of a value/],
  ['has(a.b)', /function "has"/],
  ['a % 2', /remainder/],
  ['a && b', /not allowed/],
  ['a ? 1 : 2', /compare/],
  ['constructor', /not the name of a fact/],
  ['constructor.constructor', /members/],
  ['__proto__', /not a formula/],
  ['hasOwnProperty', /not the name of a fact/],
  ['toString', /not the name of a fact/],
  ['1e309', /not a formula/],
  ['1e3', /no exponent/],
  ['0x10', /not allowed/],
  ['9'.repeat(40), /12 digits/],
  ['1.1234567', /6 decimals/],
  ['min(a)', /two values/],
  ['max(a, b, c)', /not a formula/],
  ['', /not a formula/],
  ['a +', /not a formula/],
  ['a; b', /not a formula/],
  ['a\u0000', /not a formula/],
  ['true', /not allowed/],
  ['null', /not allowed/],
  [`${'('.repeat(200)}a${')'.repeat(200)}`, /not a formula/],
  [`a${' + a'.repeat(110)}`, /not a formula/],
  ['a'.repeat(501), /500 characters/],
];

describe('a hostile formula', () => {
  it.each(HOSTILE)('is refused: %s', (source, reason) => {
    expect(() => compile(source)).toThrow(FormulaError);
    expect(() => compile(source)).toThrow(reason);
  });

  it('never does anything but be refused or calculate', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab1.+-*/()?:<>=,[]{}"min '), maxLength: 60 }), (source) => {
        try {
          const result = compile(source).value({ a: 3, b: -2 });
          expect(result === null || Number.isFinite(result)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(FormulaError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('reads no fact through the prototype of the sums', () => {
    expect(value('name + 1', Object.create({ name: 'x' }))).toBe(1);
  });
});

type Term = { text: string; of: (a: bigint, b: bigint) => [bigint, bigint] | null };

/** Grows a formula together with its value as a fraction of big integers. */
const term: fc.Memo<Term> = fc.memo((depth): fc.Arbitrary<Term> => {
  const leaf: fc.Arbitrary<Term> = fc.oneof(
    fc.constant<Term>({ text: 'a', of: (a) => [a, 1n] }),
    fc.constant<Term>({ text: 'b', of: (_, b) => [b, 1n] }),
    fc.integer({ min: 0, max: 1_000_000 }).map((n): Term => ({ text: `${n / 1000}`, of: () => [BigInt(n), 1000n] })),
  );
  if (depth <= 1) return leaf;
  return fc.oneof(
    leaf,
    fc.tuple(fc.constantFrom('+', '-', '*', '/'), term(depth - 1), term(depth - 1)).map(
      ([op, x, y]): Term => ({
        text: `(${x.text} ${op} ${y.text})`,
        of: (a, b) => {
          const [p, q] = [x.of(a, b), y.of(a, b)];
          if (!p || !q) return null;
          if (op === '*') return [p[0] * q[0], p[1] * q[1]];
          if (op === '/') return q[0] === 0n ? null : [p[0] * q[1], p[1] * q[0]];
          return [p[0] * q[1] + (op === '+' ? 1n : -1n) * q[0] * p[1], p[1] * q[1]];
        },
      }),
    ),
  );
});

const rounded = ([num, den]: [bigint, bigint]): number => {
  const [n, d] = den < 0n ? [-num, -den] : [num, den];
  const size = ((n < 0n ? -n : n) * 2_000_000n + d) / (2n * d);
  return (n < 0n ? -1 : 1) * (Number(size) / 1e6) || 0;
};

describe('exact fractions', () => {
  it('agree with big integers on random formulas', () => {
    const facts = fc.maxSafeInteger();
    fc.assert(
      fc.property(term(4), facts, facts, ({ text, of }, a, b) => {
        const expected = of(BigInt(a), BigInt(b));
        expect(value(text, { a, b }) ?? 'none').toBe(expected ? rounded(expected) : 'none');
      }),
      { numRuns: 1500 },
    );
  });

  it('round like big integers', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 2 ** 53 - 1 }), (num, den) => {
        expect(round(num, den)).toBe(rounded([BigInt(num), BigInt(den)]));
      }),
    );
  });

  it('read decimals as they are written', () => {
    expect(decimal(0.1)).toEqual({ num: 1, den: 10 });
    expect(decimal(-2.5)).toEqual({ num: -5, den: 2 });
    expect(ratio(1, -2)).toEqual({ num: -1, den: 2 });
    expect(ratio(1, 0)).toBeNull();
  });
});
