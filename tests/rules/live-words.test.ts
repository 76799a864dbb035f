import { describe, expect, test } from 'vitest';
import {
  age,
  decimals,
  duration,
  figure,
  initials,
  inSentence,
  isoDay,
  localeOf,
  money,
  signed,
  spanText,
  timeOfDay,
  written,
} from '../../src/lib/format.ts';
import { named, t } from '../../src/lib/words.ts';

const setting = { locale: 'en-GB', timeZone: 'Europe/Lisbon', currency: 'EUR' };

describe('numbers in words', () => {
  test.each([
    [0, '0:00'],
    [58_400, '0:58'],
    [252_000, '4:12'],
    [3_599_600, '1:00:00'],
    [3_725_000, '1:02:05'],
    [-61_000, '−1:01'],
  ])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));
  test('shares are per cent with one decimal at most, the sign apart', () => {
    expect(figure(0.83333, 'share', setting)).toEqual({ text: '83.3', unit: '%' });
    expect(written(0.8, 'share', setting)).toBe('80\u202f%');
  });
  test('NPS carries its sign', () => {
    expect(figure(30, 'nps', setting).text).toBe('+30');
    expect(figure(-30, 'nps', setting).text).toBe('−30');
    expect(signed(0, 0, setting)).toBe('0');
  });
  test('money is in minor units, by the currency', () => {
    expect(money(123_45, setting)).toBe('€123.45');
    expect(money(123_456, setting)).toBe('€1,235');
    expect(money(1235, { ...setting, currency: 'JPY' })).toContain('1,235');
  });
  test('no value is a dash', () => expect(written(null, 'ms', setting)).toBe('–'));
  test('numbers follow the locale', () => expect(decimals(1234.5, 1, { locale: 'de' })).toBe('1.234,5'));
});

describe('times', () => {
  test('are told in the zone of the site', () => {
    expect(timeOfDay('2026-07-01T13:05:00Z', setting)).toBe('14:05');
    expect(isoDay('2026-07-01T23:30:00Z', 'Europe/Lisbon')).toBe('2026-07-02');
  });
  test('a day is one date, a month its first and last', () => {
    expect(spanText({ name: 'day', from: '1999-01-15T00:00:00Z', to: '1999-01-16T00:00:00Z' }, setting)).toBe(
      '15 January 1999',
    );
    const month = spanText({ name: 'month', from: '1999-01-01T00:00:00Z', to: '1999-02-01T00:00:00Z' }, setting);
    expect(month).toMatch(/^1\D+31 January 1999$/);
  });
  test.each([
    [3_400, '3\u202fs'],
    [12 * 60_000, '12\u202fmin'],
    [5 * 3_600_000, '5\u202fh'],
    [50 * 3_600_000, '2\u202fd'],
    [-5, '0\u202fs'],
  ])('an age of %d ms is %s', (ms, text) => expect(age(ms)).toBe(text));
});

describe('words', () => {
  test('gaps are filled, and one is told from many', () => {
    expect(t('tile.needs', { n: 4, units: 'surveys' })).toBe('needs 4 more surveys');
    expect(t('boards.rows', { n: 1 })).toBe('one row');
    expect(t('boards.rows', { n: 7 })).toBe('7 rows');
  });
  test('an unknown name falls back', () => expect(named('kpi.unheard', 'unheard')).toBe('unheard'));
  test('names stand small in a sentence, abbreviations do not', () => {
    expect(inSentence('Wrap-up')).toBe('wrap-up');
    expect(inSentence('NPS')).toBe('NPS');
  });
  test('initials are of the first and the last name', () => {
    expect(initials('Ada Maria Nakamura')).toBe('AN');
    expect(initials('MORIAH')).toBe('M');
    expect(initials('')).toBe('·');
  });
  test('a broken language header is English', () => {
    expect(localeOf('pt-PT,pt;q=0.9')).toBe('pt-PT');
    expect(localeOf('*')).toBe('en');
    expect(localeOf(null)).toBe('en');
  });
});
