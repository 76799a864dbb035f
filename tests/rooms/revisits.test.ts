import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recomputeSteps } from '../../server/attainment/receipts/rules.ts';
import type { NewEvent } from '../../server/log/catalogue.ts';
import { windowClosed } from '../closings.ts';
import { rebuilt } from '../rebuilt.ts';
import { call, newScoredFloor, type ScoredFloor } from '../scored-floor.ts';
import { wholeLog } from '../world.ts';

const ZONE = 'Europe/Berlin';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const HOUR = { from: '2026-03-11T08:00:00Z', to: '2026-03-11T09:00:00Z' };
const DAY = { from: '2026-03-10T23:00:00Z', to: '2026-03-11T23:00:00Z' };
const FIRST = Date.parse(HOUR.from);
const BASE = `points:hour-score:1:ana:hour:${FIRST}`;
let floor: ScoredFloor;

beforeEach(async () => {
  floor = await newScoredFloor({ now: Date.parse('2026-03-11T09:20:00Z') });
  await floor.api('PUT', '/api/v1/targets', [{ kpi: 'aht', floor: 400_000, target: 300_000, stretch: 200_000 }]);
  await floor.api('PUT', '/api/v1/scorecards/agent', { kpis: [{ kpi: 'aht', weight: 1 }], gates: [] });
});
afterEach(() => floor.close());

const minute = (n: number) => `2026-03-11T08:${String(10 + n * 4).padStart(2, '0')}:00Z`;
const calls = (agent: string, talkMs: number, count = 12) =>
  Array.from({ length: count }, (_, n) => call(`${agent}-${n}`, agent, { at: minute(n), talkMs }));
const wallet = async (person = 'ana') => (await floor.api('GET', `/api/v1/people/${person}/points`)).body;
const ledger = async () => (await floor.api('GET', '/api/v1/ledger')).body;
const corrections = async () =>
  (await wholeLog(floor.db, floor.orgId)).filter(({ type }) => type === 'points.corrected');

/** Lets days go by, says something then, and closes the hour that was. */
async function later(days: number, ...events: NewEvent[]): Promise<void> {
  floor.time.now += days * DAY_MS;
  await floor.told(...events);
  await closeAnHour();
}

async function closeAnHour(): Promise<void> {
  const to = floor.time.now - (floor.time.now % HOUR_MS);
  const span = { from: new Date(to - HOUR_MS).toISOString(), to: new Date(to).toISOString() };
  await floor.told({ ...windowClosed('hour', ZONE, span), id: `window:hour:${ZONE}:${to - HOUR_MS}:${told++}` });
  await floor.settle();
}
let told = 0;

const retract = (id: string, n = 1): NewEvent => ({
  source: 'acd',
  id: `retract-${id}-${n}`,
  type: 'correction',
  time: floor.time.now,
  data: { of: { source: 'acd', id }, action: 'retract' },
});

const replace = (id: string, talkMs: number, n = 1): NewEvent => {
  const { data, agent, interaction } = call(id, '1001', { at: minute(Number(id.split('-')[1])), talkMs });
  return {
    source: 'acd',
    id: `replace-${id}-${n}`,
    type: 'correction',
    // of several on one event the latest counts
    time: floor.time.now + n,
    data: { of: { source: 'acd', id }, action: 'replace' },
    replacement: { agent: agent ?? null, customer: null, interaction: interaction ?? null, data },
  };
};

/** An hour and a day of Ana that are worth 9 and more points, closed in time. */
async function anHour(): Promise<void> {
  await floor.told(...calls('1001', 280_000));
  await floor.told(windowClosed('hour', ZONE, HOUR));
  expect((await wallet()).balance).toBeGreaterThan(0);
}

const slower = () => Array.from({ length: 6 }, (_, n) => replace(`1001-${n}`, 330_000));

describe('a correction after the close', () => {
  it.each([1, 6, 7, 40])('%i days later posts its difference once, linked', async (days) => {
    await anHour();
    const { balance } = await wallet();
    await later(days - 1, ...slower());
    const after = await wallet();
    expect(after.balance).toBeLessThan(balance);
    const [event, ...more] = await corrections();
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      id: `${BASE}:2`,
      data: { before: balance, amount: after.balance, of: BASE, writtenOff: 0, causesTotal: 6 },
    });
    expect(event?.data.cause).toEqual({ source: 'acd', id: 'replace-1001-5-1' });
    expect(after.items[0]).toMatchObject({
      kind: 'correction',
      amount: after.balance - balance,
      cause: 'replace-1001-5-1',
      about: { because: { how: 'corrected', what: 'call' }, of: BASE },
    });
    // closed again and told again, nothing more is posted
    await later(0, ...slower());
    await closeAnHour();
    expect(await corrections()).toHaveLength(1);
    expect(await ledger()).toMatchObject({ sum: 0, chain: 'verified' });
    expect((await rebuilt(floor)).differences).toEqual([]);
  });
});

/** Ana spends points on a reward of this price. */
async function spend(price: number): Promise<void> {
  const admin = await floor.signedIn('noor', ['admin']);
  const reward = { id: `r${price}`, name: 'A coffee', words: 'Hot.', icon: 'coffee', price, stock: null };
  expect((await admin('PUT', '/api/v1/rewards', [reward])).status).toBe(200);
  const ana = await floor.signedIn('ana', ['agent'], 'red');
  expect((await ana('POST', '/api/v1/redemptions', { reward: reward.id })).status).toBe(201);
  await floor.settle();
}

const receiptOf = async (measure: string) =>
  (await floor.api('GET', `/api/v1/receipts?${new URLSearchParams({ subject: 'person:ana', measure })}`)).body;
const outstanding = async () =>
  Math.abs((await ledger()).accounts.find((one: { account: string }) => one.account === 'correction')?.balance ?? 0);

describe('what counts as a change', () => {
  it('a retraction, and the retraction of an event that was corrected before', async () => {
    await anHour();
    const { balance } = await wallet();
    await later(1, ...slower());
    const slow = (await wallet()).balance;
    await later(1, ...Array.from({ length: 6 }, (_, n) => retract(`1001-${n}`, 2)));
    const last = await wallet();
    expect((await corrections()).map(({ id, data }) => [id, data.before, data.amount])).toEqual([
      [`${BASE}:2`, balance, slow],
      [`${BASE}:3`, slow, last.balance],
    ]);
    expect((await corrections())[1]?.data.of).toBe(`${BASE}:2`);
    expect((await corrections())[1]?.data.causesTotal).toBe(6);
  });

  it('a correction of a correction that says the first again gives back what was taken', async () => {
    await anHour();
    const { balance } = await wallet();
    await later(1, ...slower());
    await later(2, ...Array.from({ length: 6 }, (_, n) => replace(`1001-${n}`, 280_000, 5)));
    expect((await wallet()).balance).toBe(balance);
    expect(await corrections()).toHaveLength(2);
  });

  it('many corrections of an hour that come to nothing post nothing', async () => {
    await anHour();
    const { balance } = await wallet();
    floor.time.now += DAY_MS;
    await floor.told(...slower());
    await floor.told(...Array.from({ length: 6 }, (_, n) => replace(`1001-${n}`, 280_000, 5)));
    await closeAnHour();
    expect(await corrections()).toEqual([]);
    expect((await wallet()).balance).toBe(balance);
  });

  it('a call that comes in late within a day, up and down', async () => {
    await anHour();
    const { balance } = await wallet();
    floor.time.now += 3 * HOUR_MS;
    await floor.told(
      ...Array.from({ length: 6 }, (_, n) => call(`late-${n}`, '1001', { at: minute(n), talkMs: 400_000 })),
    );
    await closeAnHour();
    const after = await wallet();
    expect(after.balance).toBeLessThan(balance);
    expect(after.items[0].about.because).toMatchObject({ how: 'late', what: 'call' });
    expect(after.items[0].words).toContain('A call of 2026-03-11 came in late');
  });

  it('history of more than a day moves nothing, unless its source is set to award it', async () => {
    await anHour();
    const { balance } = await wallet();
    const slow = (name: string) =>
      Array.from({ length: 6 }, (_, n) => call(`${name}-${n}`, '1001', { at: minute(n), talkMs: 400_000 }));
    await later(3, ...slow('silent'));
    expect((await wallet()).balance).toBe(balance);
    // nor does it weigh where a correction has the hour decided again
    await later(1, retract('1001-0'));
    expect((await wallet()).balance).toBe(balance);
    expect(await corrections()).toEqual([]);
    await floor.api('PUT', '/api/v1/sources', [{ name: 'acd', backfill: 'award' }]);
    await later(1, ...slow('awarded'));
    expect((await wallet()).balance).toBeLessThan(balance);
    expect(await corrections()).toHaveLength(1);
  });

  it('an agent who is assigned later: what they did counts', async () => {
    await floor.told(...calls('4711', 190_000));
    await floor.told(windowClosed('hour', ZONE, HOUR), windowClosed('day', ZONE, DAY));
    expect((await wallet()).balance).toBe(0);
    floor.time.now += 6 * DAY_MS;
    const identities = [
      { source: 'acd', agent: '1001' },
      { source: 'acd', agent: '4711' },
    ];
    expect((await floor.api('PUT', '/api/v1/people', [{ id: 'ana', identities }])).status).toBe(200);
    await floor.settle();
    await closeAnHour();
    const after = await wallet();
    expect(after.balance).toBe(59);
    expect(after.items.map((item: { amount: number }) => item.amount).sort()).toEqual([10, 49]);
    expect(after.items[0].about).toMatchObject({ because: { how: 'mapped' }, of: null });
  });

  it('a call that was another one’s moves the points with it', async () => {
    await floor.told(...calls('1001', 190_000), ...calls('1002', 360_000));
    await floor.told(windowClosed('hour', ZONE, HOUR));
    expect([(await wallet()).balance, (await wallet('ben')).balance]).toEqual([10, 0]);
    const moved = calls('1001', 190_000).map(
      ({ id, data, interaction }): NewEvent => ({
        source: 'acd',
        id: `moved-${id}`,
        type: 'correction',
        time: floor.time.now,
        data: { of: { source: 'acd', id }, action: 'replace' },
        replacement: { agent: { source: 'acd', name: '1002' }, customer: null, interaction: interaction ?? null, data },
      }),
    );
    await later(6, ...moved);
    expect((await wallet()).balance).toBe(0);
    const ben = await wallet('ben');
    expect(ben.items[0]?.about.because).toMatchObject({ how: 'corrected', what: 'call' });
    expect(ben.balance).toBeGreaterThan(0);
  });

  it('is weighed by what was defined, and who somebody was, when the hour was closed', async () => {
    await floor.told(...calls('1001', 305_000));
    await floor.told(windowClosed('hour', ZONE, HOUR));
    const { balance } = await wallet();
    // somewhere between nothing and all, so that any other weight would show
    expect(balance).toBeGreaterThan(0);
    expect(balance).toBeLessThan(9);
    floor.time.now += DAY_MS;
    await floor.api('PUT', '/api/v1/people', [{ id: 'ana', roles: ['supervisor'], team: 'blue' }]);
    const easy = { kpi: 'aht', team: 'red', floor: 900_000, target: 800_000, stretch: 700_000 };
    expect((await floor.api('PUT', '/api/v1/targets', [easy])).status).toBe(200);
    await floor.settle();
    // the same call, told anew
    await later(1, replace('1001-0', 305_001));
    expect((await wallet()).balance).toBe(balance);
    expect(await corrections()).toEqual([]);
  });
});

describe('points that were spent already', () => {
  it('are written off, never owed, and paid back by what is given again for the same hour', async () => {
    await anHour();
    const { balance } = await wallet();
    await spend(balance - 1);
    await later(1, ...Array.from({ length: 12 }, (_, n) => retract(`1001-${n}`)));
    expect((await wallet()).balance).toBe(0);
    expect(await outstanding()).toBe(balance - 1);
    const [taken] = (await wallet()).items;
    expect(taken).toMatchObject({ amount: -1, balanceAfter: 0, about: { writtenOff: balance - 1 } });
    expect(taken.words).toMatch(
      /^A call of 2026-03-11 was corrected: one point taken back and \d+ points spent already and written off, in the hour/,
    );
    await later(1, ...calls('1001', 280_000).map(({ id }) => replace(id, 280_000, 5)));
    expect((await wallet()).balance).toBe(1);
    expect(await outstanding()).toBe(0);
    expect((await wallet()).items[0].about).toMatchObject({ recovered: balance - 1 });
    expect(await ledger()).toMatchObject({ sum: 0, chain: 'verified' });
    expect((await rebuilt(floor)).differences).toEqual([]);
  });

  it('are shown where all of them were', async () => {
    await anHour();
    const { balance } = await wallet();
    await spend(balance);
    await later(1, ...Array.from({ length: 12 }, (_, n) => retract(`1001-${n}`)));
    const [taken] = (await wallet()).items;
    expect(taken).toMatchObject({ kind: 'correction', amount: 0, balanceAfter: 0, about: { writtenOff: balance } });
    const receipt = await receiptOf(taken.receipt);
    expect(recomputeSteps(receipt)).toEqual(receipt.steps.map((step: { result: number }) => step.result));
    expect(receipt.value).toBe(0);
  });
});

describe('the receipt of a difference', () => {
  it('opens to the award, its closing and the corrections, and recomputes', async () => {
    await anHour();
    const { balance } = await wallet();
    await later(40, ...slower());
    const [item] = (await wallet()).items;
    const receipt = await receiptOf(item.receipt);
    expect(receipt.value).toBe(item.amount);
    expect(receipt.sentence).toBe(
      `A call of 2026-03-11 was corrected: ${-item.amount} points taken back, in the hour from 09:00 on 2026-03-11.`,
    );
    expect(recomputeSteps(receipt)).toEqual(receipt.steps.map((step: { result: number }) => step.result));
    expect(receipt.steps.at(-2).filled).toBe(`${balance + item.amount} - ${balance}`);
    expect(receipt.events.map(({ type }: { type: string }) => type)).toEqual([
      'window.closed',
      'points.awarded',
      ...Array(5).fill('correction'),
      'points.corrected',
    ]);
    expect(receipt.window).toMatchObject({ from: '2026-03-11T08:00:00.000Z' });
  });

  it('leaves the board of that day with what was earned, and today’s with what is earned today', async () => {
    await anHour();
    await later(6, ...slower());
    const { body } = await floor.api('GET', '/api/v1/boards/points?window=day&at=2026-03-11T12:00:00Z');
    expect(body.entries[0]).toMatchObject({ subject: 'person:ana', value: (await wallet()).balance });
    expect((await wallet()).earnedToday).toBe(0);
  });
});
