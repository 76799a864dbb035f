import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recomputeSteps } from '../../server/attainment/receipts/rules.ts';
import type { BoardView } from '../../src/lib/contract/boards.ts';
import type { Receipt } from '../../src/lib/contract/receipts.ts';
import { call, newScoredFloor, type ScoredFloor } from '../scored-floor.ts';

const DAY = '2026-03-11';
const when = `at=${DAY}T12:00:00Z`;
let floor: ScoredFloor;
beforeAll(async () => {
  floor = await newScoredFloor({});
  await floor.api('PUT', '/api/v1/kpis/claims_aht', {
    name: 'AHT in claims',
    unit: 'ms',
    better: 'lower',
    kind: 'mean',
    value: '(talk_ms + acw_ms) / handled',
    sample: 'handled',
    minSample: 2,
    filter: { queues: ['claims'] },
  });
  await floor.api('PUT', '/api/v1/targets', [{ kpi: 'aht', floor: 300_000, target: 270_000, stretch: 240_000 }]);
  await floor.api('PUT', '/api/v1/boards', [
    { id: 'teams-claims', measure: 'claims_aht', window: 'day', unit: 'team', mode: 'full' },
    { id: 'teams-better', measure: 'improved:aht', window: 'day', unit: 'team', mode: 'full' },
    { id: 'better', measure: 'improved:aht', window: 'day', mode: 'full' },
    { id: 'towards', measure: 'to_target:aht', window: 'day', mode: 'full' },
    { id: 'fast', measure: 'aht', window: 'day', mode: 'full' },
    { id: 'quiet', measure: 'aht', window: 'day' },
  ]);
  const calls = (agent: string, talkMs: number, day = DAY) =>
    Array.from({ length: 12 }, (_, n) =>
      call(`${agent}-${day}-${n}`, agent, {
        at: `${day}T0${7 + (n % 3)}:${10 + n}:00Z`,
        talkMs: talkMs + n * 1_111,
        queue: n % 2 === 0 ? 'claims' : 'billing',
      }),
    );
  await floor.told(
    ...calls('1001', 250_000),
    ...calls('1002', 230_000),
    ...calls('1001', 280_000, '2026-03-10'),
    ...calls('1002', 200_000, '2026-03-10'),
    ...calls('1001', 320_000, '2026-03-09'),
    ...calls('1002', 290_000, '2026-03-09'),
  );
});
afterAll(() => floor.close());

const get = async <T>(path: string, hand = floor.api): Promise<T> => {
  const { status, body } = await hand('GET', `/api/v1/${path}`);
  expect(status, `${path}: ${JSON.stringify(body)}`).toBe(200);
  return body;
};
const result = (receipt: Receipt, label: string) => receipt.steps.find((step) => step.label === label)?.result;

describe('a receipt of a row', () => {
  it.each(['fast', 'better', 'towards', 'teams-claims', 'teams-better', 'score'])(
    'of the board %s gives the number, the rank, the gap and the movement that the board shows',
    async (board) => {
      const view = await get<BoardView>(`boards/${board}?${when}`);
      expect(view.entries.length).toBeGreaterThan(0);
      for (const entry of view.entries) {
        const receipt = await get<Receipt>(`receipts?subject=${entry.subject}&measure=board:${board}&${when}`);
        expect(recomputeSteps(receipt)).toEqual(receipt.steps.map((step) => step.result));
        expect(receipt.value).toBe(entry.value);
        expect(receipt.window).toEqual(view.window);
        expect(result(receipt, 'Rank') ?? null).toBe(entry.rank);
        expect(result(receipt, 'Gap to the next better rank') ?? null).toBe(entry.gap);
        expect(result(receipt, 'Movement') ?? null).toBe(entry.movement);
        expect(receipt.eventsTotal).toBeGreaterThan(0);
      }
    },
  );

  it('tells how much somebody improved, and which share of the target is there', async () => {
    const better = await get<Receipt>(`receipts?subject=person:ana&measure=board:better&${when}`);
    expect(result(better, 'Distance from the window before')).toBe(Math.abs(better.value ?? 0));
    const towards = await get<Receipt>(`receipts?subject=person:ana&measure=board:towards&${when}`);
    expect(result(towards, 'Share of the target')).toBe(towards.value);
  });

  it('of the most improved moves by the window before, weighed against the one before that', async () => {
    const { entries } = await get<BoardView>(`boards/better?${when}`);
    const yesterday = await get<BoardView>('boards/better?at=2026-03-10T12:00:00Z');
    expect(yesterday.entries.map(({ subject, rank }) => [subject, rank])).toEqual([
      ['person:ben', 1],
      ['person:ana', 2],
    ]);
    expect(entries.map(({ subject, rank, movement }) => [subject, rank, movement])).toEqual([
      ['person:ana', 1, 1],
      ['person:ben', 2, -1],
    ]);
  });

  it('tells nobody a place on a board that only compares', async () => {
    const ana = await floor.signedIn('ana', ['agent'], 'red');
    const own = await get<Receipt>(`receipts?subject=person:ana&measure=board:quiet&${when}`, ana);
    expect(own.value).not.toBeNull();
    expect(own.sentence).not.toMatch(/rank/);
    expect(result(own, 'Rank')).toBeUndefined();
    expect((await ana('GET', `/api/v1/receipts?subject=person:ben&measure=board:quiet&${when}`)).status).toBe(403);
    const open = await get<Receipt>(`receipts?subject=person:ana&measure=board:fast&${when}`, ana);
    expect(result(open, 'Rank')).toBe(2);
  });

  it('is missing for who is not there, and for boards and scopes that are none', async () => {
    const status = async (query: string) => (await floor.api('GET', `/api/v1/receipts?${query}&${when}`)).status;
    expect(await status('subject=person:cleo&measure=board:fast')).toBe(404);
    expect(await status('subject=team:red&measure=board:fast')).toBe(404);
    expect(await status('subject=person:ana&measure=board:nothing')).toBe(404);
    expect(await status('subject=person:ana&measure=board:fast@site:nowhere')).toBe(404);
    expect(await status('subject=person:ana&measure=board:fast@planet')).toBe(404);
  });
});

describe('a board of teams', () => {
  it('has the figures of the team itself, also where a KPI counts only some queues', async () => {
    const { entries } = await get<BoardView>(`boards/teams-claims?${when}`);
    expect(entries.length).toBeGreaterThan(0);
    for (const entry of entries) {
      const { kpis } = await get<{ kpis: { id: string; value: number; interval: unknown }[] }>(
        `teams/${entry.subject.slice(5)}/performance?${when}`,
      );
      const shown = kpis.find(({ id }) => id === 'claims_aht');
      expect([entry.value, entry.interval]).toEqual([shown?.value, shown?.interval]);
      expect(entry.interval).not.toBeNull();
    }
  });
});

describe('a kept board', () => {
  it('forgets the last quarter of an hour of somebody whose last call is taken back', async () => {
    await floor.api(
      'PUT',
      '/api/v1/people',
      ['xena', 'yves'].map((id, n) => ({
        id,
        name: id,
        roles: ['agent'],
        team: 'red',
        identities: [{ source: 'acd', agent: `300${n}` }],
      })),
    );
    await floor.settle();
    const at = (hour: number, id: string, agent: string) =>
      call(id, agent, { at: `${DAY}T0${hour}:01:00Z`, talkMs: 200_000 });
    await floor.told(at(7, 'x', '3000'), at(7, 'y', '3001'));
    await floor.told(at(9, 'x-later', '3000'));
    await floor.told({
      source: 'acd',
      id: 'x-taken',
      type: 'correction',
      time: Date.parse(`${DAY}T09:30:00Z`),
      data: { of: { source: 'acd', id: 'x-later' }, action: 'retract' },
    });
    const order = async (query: string) =>
      (await get<BoardView>(`boards/fast${query}`)).entries.map(({ subject }) => subject);
    const kept = await order('');
    expect(kept).toEqual(await order(`?${when}`));
    expect(kept.indexOf('person:xena')).toBe(kept.indexOf('person:yves') - 1);
  });
});

describe('a board of any window', () => {
  it('takes the edges of a custom one, and refuses edges off the quarters of an hour', async () => {
    const edges = `window=custom&from=${DAY}T07:00:00Z&to=${DAY}T09:00:00Z`;
    const view = await get<BoardView>(`boards/fast?${edges}`);
    expect(view.window).toEqual({ name: 'custom', from: `${DAY}T07:00:00.000Z`, to: `${DAY}T09:00:00.000Z` });
    expect(view.entries.every(({ sample }) => sample > 0 && sample < 12)).toBe(true);
    const receipt = await get<Receipt>(`receipts?subject=person:ana&measure=board:fast&${edges}`);
    expect(receipt.value).toBe(view.entries.find(({ subject }) => subject === 'person:ana')?.value);
    const off = await floor.api('GET', `/api/v1/boards/fast?window=custom&from=${DAY}T07:01:00Z&to=${DAY}T09:00:00Z`);
    expect([off.status, off.body.code, off.body.errors]).toEqual([
      400,
      'window_edges',
      [{ path: '/from', message: expect.any(String) }],
    ]);
  });
});
