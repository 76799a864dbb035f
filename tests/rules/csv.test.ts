import { describe, expect, it } from 'vitest';
import { csvOf } from '../../server/foundation/csv.ts';

const lines = (rows: Record<string, unknown>[]) => csvOf(rows).replace('\uFEFF', '').trimEnd().split('\r\n');

describe('rows as CSV', () => {
  it('begin with a byte order mark and end their lines as RFC 4180 says', () => {
    expect(csvOf([{ a: 1 }])).toBe('\uFEFFa\r\n1\r\n');
  });

  it('quote what needs it, and keep umlauts, quotes and line breaks', () => {
    expect(lines([{ name: 'Müller, "Bo"', empty: null }])).toEqual(['name,empty', '"Müller, ""Bo""",']);
    expect(csvOf([{ text: 'a\nb' }])).toBe('\uFEFFtext\r\n"a\nb"\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])('never give a live formula: %j', (hostile) => {
    expect(csvOf([{ text: hostile }])).toContain(`'${hostile}`);
  });

  it('guard the names of columns as well', () => {
    expect(csvOf([{ facts: { '=cmd': 1 } }, { '=cmd': 2 }])).toContain(",'=cmd");
  });

  it('leave numbers numbers, below zero too', () => {
    expect(lines([{ gap: -3.5, is: true }])).toEqual(['gap,is', '-3.5,true']);
  });

  it('spread what is nested: objects by dots, things by their id, plain lists in one cell', () => {
    const row = { who: { name: 'Ana' }, kpis: [{ id: 'aht', value: 300, held: null }], roles: ['agent', 'trainer'] };
    expect(lines([row])).toEqual(['who.name,kpis.aht.value,kpis.aht.held,roles', 'Ana,300,,agent; trainer']);
    expect(lines([{ spans: [{ from: 1 }] }])[1]).toBe('"[{""from"":1}]"');
  });

  it('have every column that any row has', () => {
    expect(lines([{ a: 1 }, { b: 2 }])).toEqual(['a,b', '1,', ',2']);
  });
});
