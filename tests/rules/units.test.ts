import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readValue, typed } from '../../src/lib/units.ts';

const EUR = { currency: 'EUR' };

describe('values as people type them', () => {
  it.each([
    ['5:15', 'ms', 315_000],
    ['1:00:05', 'ms', 3_605_000],
    ['90', 'ms', 90_000],
    ['1,5', 'ms', 1_500],
    ['85', 'share', 0.85],
    ['7,5 %', 'share', 0.075],
    ['12.34', 'money', 1_234],
    ['-20', 'nps', -20],
    ['3.5', 'number', 3.5],
  ])('%s in %s', (text, unit, value) => expect(readValue(text, unit, EUR)).toBe(value));

  it.each(['', ' ', 'x', '5:75', '1:2:3:4', 'NaN', 'Infinity'])('%j is none', (text) =>
    expect(readValue(text, 'ms', EUR)).toBeNull(),
  );

  it('come back as they were', () => {
    const seconds = fc.integer({ min: 0, max: 200_000 }).map((n) => ['ms', n * 1000] as const);
    const shares = fc.integer({ min: 0, max: 10_000 }).map((n) => ['share', n / 10_000] as const);
    const money = fc.integer({ min: 0, max: 10_000_000 }).map((n) => ['money', n] as const);
    fc.assert(
      fc.property(fc.oneof(seconds, shares, money), ([unit, value]) => {
        expect(readValue(typed(value, unit, EUR), unit, EUR)).toBe(value);
      }),
    );
  });

  it('are in whole units of any currency, also of one without cents', () => {
    expect(readValue('1500', 'money', { currency: 'JPY' })).toBe(1_500);
    expect(typed(1_500, 'money', { currency: 'JPY' })).toBe('1500');
    expect(typed(1_500, 'money', EUR)).toBe('15');
  });
});
