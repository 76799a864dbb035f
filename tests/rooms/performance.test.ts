import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baselineFor } from '../../server/attainment/definitions/baseline.ts';
import { performanceSnapshot } from '../../server/attainment/performance/routes.ts';
import { FACT_NAMES } from '../../src/lib/contract/facts.ts';
import type { KpiTile, Performance, Trend } from '../../src/lib/contract/performance.ts';
import { call, newScoredFloor, type ScoredFloor } from '../scored-floor.ts';

const TARGETS = [
  { kpi: 'aht', floor: 300_000, target: 270_000, stretch: 240_000 },
  { kpi: 'transfer_rate', floor: 0.2, target: 0.1, stretch: 0.05 },
];
const CARD = {
  kpis: [
    { kpi: 'aht', weight: 3 },
    { kpi: 'transfer_rate', weight: 1 },
  ],
  gates: [],
};

let floor: ScoredFloor;
beforeAll(async () => {
  floor = await newScoredFloor();
  await floor.api('PUT', '/api/v1/targets', TARGETS);
  await floor.api('PUT', '/api/v1/scorecards/agent', CARD);
  const calls = Array.from({ length: 12 }, (_, n) =>
    call(`a${n}`, '1001', {
      at: `2026-03-11T0${7 + (n % 3)}:${10 + n}:00Z`,
      talkMs: 200_000 + n * 1000,
      transfer: n < 2 ? 'blind' : 'none',
    }),
  );
  const others = [
    call('b0', '1002', { talkMs: 100_000, queue: 'claims' }),
    call('c0', '1003', { talkMs: 300_000 }),
    call('x0', '9999', { talkMs: 400_000 }),
    call('s0', '1002', { talkMs: 4_000 }),
  ];
  await floor.told(...calls, ...others);
});
afterAll(() => floor.close());

const get = async (path: string, hand = floor.api): Promise<Performance> => {
  const { status, body } = await hand('GET', `/api/v1/${path}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};
const tile = (performance: Performance, id: string): KpiTile => {
  const found = performance.kpis.find((kpi) => kpi.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};

describe('the performance of a person', () => {
  it('tells facts, values, marks, attainment and the score', async () => {
    const ana = await get('people/ana/performance');
    expect(ana).toMatchObject({ subject: 'person:ana', name: 'Ana', eligible: true, gates: [], sources: [] });
    expect(ana.window).toEqual({ name: 'day', from: '2026-03-10T23:00:00.000Z', to: '2026-03-11T23:00:00.000Z' });
    expect(ana.facts).toMatchObject({ handled: 12, talk_ms: 2_466_000, acw_ms: 240_000, transferred_out: 2, sales: 0 });
    expect(Object.keys(ana.facts)).toEqual(expect.arrayContaining(FACT_NAMES));
    // (2,706,000 + 270,000 x 10) / 22 = 245,727.27, attainment 1000 + 200 x 24,272.7 / 30,000
    expect(tile(ana, 'aht')).toMatchObject({
      value: 225_500,
      sample: 12,
      scored: 245_727.272727,
      attainment: 1162,
      status: 'met',
      weight: 3,
      provisional: false,
      held: null,
      minSample: 10,
    });
    expect(tile(ana, 'aht').interval?.[0]).toBeLessThan(225_500);
    // (2 + 0.1 x 20) / 32 = 0.125, below the least sample of 20; at target the score were 112.2
    expect(tile(ana, 'transfer_rate')).toMatchObject({
      value: 0.166667,
      scored: 0.125,
      attainment: 875,
      status: 'near',
      provisional: true,
      lift: 3.2,
    });
    expect(ana.score).toBe(109);
    expect(ana.kpis.slice(0, 2).map((kpi) => kpi.id)).toEqual(['aht', 'transfer_rate']);
    expect(tile(ana, 'csat')).toMatchObject({ value: null, sample: 0, scored: null, attainment: null, interval: null });
  });

  it('of any window, on bucket edges, and of the window that holds an instant', async () => {
    const part = await get('people/ana/performance?window=custom&from=2026-03-11T08:00:00Z&to=2026-03-11T08:15:00Z');
    expect(part.facts.handled).toBe(2);
    expect((await get('people/ana/performance?at=2026-03-10T12:00:00Z')).facts.handled).toBe(0);
    expect((await get('people/ana/performance?window=week&at=2026-03-09T12:00:00Z')).facts.handled).toBe(12);
    for (const bad of [
      'window=custom',
      'window=custom&from=2026-03-11T08:01:00Z&to=2026-03-11T09:00:00Z',
      'window=decade',
      'at=yesterday',
      'after=x',
    ])
      expect((await floor.api('GET', `/api/v1/people/ana/performance?${bad}`)).status).toBe(400);
    expect((await floor.api('GET', '/api/v1/people/nobody/performance')).status).toBe(404);
  });

  it('as it was known then', async () => {
    const before = floor.time.now;
    floor.time.now += 60_000;
    await floor.told(call('late', '1001', { talkMs: 1_000_000 }));
    const known = (instant: number) => get(`people/ana/performance?knownAt=${new Date(instant).toISOString()}`);
    expect((await known(before)).facts).toMatchObject({ handled: 12, talk_ms: 2_466_000 });
    expect(tile(await known(before), 'aht').value).toBe(225_500);
    expect((await known(floor.time.now)).facts).toEqual((await get('people/ana/performance')).facts);
    expect((await get('people/ana/performance')).facts.handled).toBe(13);
    expect((await known(before - 1)).facts.handled).toBe(0);
  });

  it('step by step for sparklines', async () => {
    const { items } = (await floor.api('GET', '/api/v1/people/ana/trends')).body as { items: Trend[] };
    const handled = items.find((trend) => trend.kpi === 'handled');
    expect(handled?.step).toBe('15m');
    expect(handled?.values).toHaveLength(96);
    expect(handled?.values.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(13);
    const week = (await floor.api('GET', '/api/v1/people/ana/trends?window=week')).body.items as Trend[];
    expect(week.find((trend) => trend.kpi === 'aht')).toMatchObject({ step: 'day' });
    expect(week.find((trend) => trend.kpi === 'aht')?.values.map((value) => value === null)).toEqual([
      true,
      true,
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it('is held by its guards', async () => {
    await floor.told(...[1, 2, 3, 4, 5].map((n) => call(`h${n}`, '1003', { talkMs: 5_000 })));
    expect(tile(await get('people/cleo/performance'), 'aht').held).toEqual({
      guard: 'short_share',
      value: 0.833333,
      bound: 0.05,
    });
  });
});

describe('the performance above people', () => {
  it('of a team is its people, by the scorecard of agents', async () => {
    const red = await get('teams/red/performance');
    expect(red.facts.handled).toBe(15);
    expect(red.score).not.toBeNull();
  });

  it('of a queue includes legs without a person, and has no score', async () => {
    const billing = await get('queues/billing/performance');
    expect(billing.facts).toMatchObject({ handled: 21, offered: 21, answered: 21 });
    expect(tile(billing, 'service_level')).toMatchObject({ value: 1, attainment: expect.any(Number) });
    expect([billing.score, billing.eligible]).toEqual([null, false]);
    expect((await get('queues/claims/performance')).facts.handled).toBe(1);
  });

  it('of a site is its people and its queues, each leg once', async () => {
    const main = await get('sites/main/performance');
    expect(main.facts).toMatchObject({ handled: 22, offered: 22 });
    expect(main.score).toBeNull();
  });

  it('adds people up as they stood at the last instant of the window', async () => {
    floor.time.now += 86_400_000;
    await floor.api('PUT', '/api/v1/people', [{ id: 'ben', team: 'blue' }]);
    await floor.settle();
    expect((await get('teams/red/performance?at=2026-03-11T12:00:00Z')).facts.handled).toBe(15);
    expect((await get('teams/red/performance?window=week')).facts.handled).toBe(13);
    expect((await get('teams/blue/performance?window=week')).facts.handled).toBe(8);
  });
});

describe('who may see it', () => {
  it('oneself, one‘s supervisor, whoever sees all, and aggregates from five people on', async () => {
    const ana = await floor.signedIn('ana', ['agent'], 'red');
    const rita = await floor.signedIn('rita', ['supervisor'], 'red');
    const status = async (hand: typeof ana, path: string) => (await hand('GET', `/api/v1/${path}/performance`)).status;
    expect(await status(ana, 'people/ana')).toBe(200);
    expect(await status(ana, 'people/ben')).toBe(403);
    expect(await status(ana, 'teams/red')).toBe(403);
    expect(await status(ana, 'queues/billing')).toBe(403);
    expect(await status(rita, 'people/ana')).toBe(200);
    expect(await status(rita, 'people/cleo')).toBe(403);
    expect(await status(rita, 'teams/red')).toBe(200);
    await floor.api(
      'PUT',
      '/api/v1/people',
      ['d', 'e', 'f', 'g'].map((id) => ({ id, name: id, roles: ['agent'], team: 'red' })),
    );
    await floor.settle();
    expect(await status(ana, 'teams/red')).toBe(200);
    expect(await status(await floor.key('events:write'), 'people/ana')).toBe(403);
  });
});

describe('a baseline', () => {
  it('is the pooled value of role and site over the 28 days before, and draws scored values', async () => {
    const from = Date.parse('2026-03-11T23:00:00Z');
    const data = await baselineFor(floor.db.of(floor.orgId), floor.orgId, { role: 'agent', site: 'main', from });
    const facts = (await get('sites/main/performance?at=2026-03-11T12:00:00Z')).facts;
    expect(data.values.handled).toBeUndefined();
    expect(data.values.transfer_rate).toEqual({ num: facts.transferred_out, den: 21 });
    expect(data.values.csat).toBeUndefined();
    await floor.log.command(floor.orgId, (_, append) =>
      append([{ source: 'floorlight', id: 'base', type: 'baseline.set', time: floor.time.now, data }]),
    );
    await floor.settle();
    await floor.told(call('next', '1001', { at: '2026-03-12T08:00:00Z' }));
    const next = tile(await get('people/ana/performance?at=2026-03-12T12:00:00Z'), 'transfer_rate');
    // (0 + 2/21 rounded x 20) / 21
    expect(next.scored).toBeCloseTo((0.095238 * 20) / 21, 6);
    expect(tile(await get('people/ana/performance?at=2026-03-11T12:00:00Z'), 'transfer_rate').scored).toBeCloseTo(
      (2 + 0.1 * 20) / 33,
      6,
    );
  });
});

describe('the live snapshot', () => {
  it('is the body of the door', async () => {
    const snapshot = await performanceSnapshot(floor, floor.orgId, { kind: 'person', id: 'ana' });
    expect(snapshot).toEqual(await get('people/ana/performance'));
  });
});
