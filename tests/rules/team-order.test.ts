import { expect, it } from 'vitest';
import type { MemberKpi, MemberRow } from '../../src/lib/contract/team.ts';
import { needOf, ordered } from '../../src/routes/(desk)/team/order.ts';

const kpi = (attainment: number | null, more: Partial<MemberKpi> = {}): MemberKpi => ({
  id: 'aht',
  value: attainment,
  sample: 30,
  needs: 0,
  provisional: false,
  attainment,
  status: null,
  held: null,
  weight: 10,
  ...more,
});
const row = (name: string, kpis: MemberKpi[], more: Partial<MemberRow> = {}): MemberRow => ({
  subject: `person:${name}`,
  name,
  startedOn: null,
  score: 100,
  eligible: true,
  gates: 0,
  lastAt: '2026-03-11T09:00:00Z',
  kpis,
  ...more,
});
const held = { guard: 'short_share', value: 0.2, bound: 0.05 };

it('puts whoever needs help most first, and whoever is not here last', () => {
  const rows = [
    row('well', [kpi(1100)]),
    row('away', [kpi(null)], { lastAt: null }),
    row('slow', [kpi(400)]),
    row('hasty', [kpi(1200, { held })]),
    row('new', [kpi(300, { provisional: true })]),
  ];
  expect(ordered(rows, { by: 'need', up: false }).map(({ name }) => name)).toEqual([
    'slow',
    'hasty',
    'new',
    'well',
    'away',
  ]);
});

it('asks for no help on too few', () => {
  expect(needOf(row('new', [kpi(0, { provisional: true })]))).toBe(0);
});

it('orders by a KPI with those without a value last, whichever way', () => {
  const rows = [row('a', [kpi(null)]), row('b', [kpi(900)]), row('c', [kpi(1100)])];
  expect(ordered(rows, { by: 'aht', up: true }).map(({ name }) => name)).toEqual(['b', 'c', 'a']);
  expect(ordered(rows, { by: 'aht', up: false }).map(({ name }) => name)).toEqual(['c', 'b', 'a']);
});
