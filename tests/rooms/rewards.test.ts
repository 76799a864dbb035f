import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recomputeSteps } from '../../server/attainment/receipts/rules.ts';
import { HOUSE } from '../../server/log/catalogue.ts';
import { rebuilt } from '../rebuilt.ts';
import { newScoredFloor, type ScoredFloor } from '../scored-floor.ts';

type Hand = Awaited<ReturnType<ScoredFloor['signedIn']>>;
let floor: ScoredFloor;
let rita: Hand;
let ana: Hand;
let admin: Hand;

const CATALOGUE = [
  { id: 'coffee', name: 'A coffee', words: 'From the good machine.', icon: 'coffee', price: 40, stock: null },
  { id: 'last', name: 'Late start', words: 'One hour later.', icon: 'clock', price: 10, stock: 1 },
  { id: 'dear', name: 'A day off', words: 'Any day.', icon: 'plane', price: 3_000, stock: 5 },
  { id: 'secret', name: 'Hidden', words: 'Not yet.', icon: 'gift', price: 1, stock: 5, visible: false },
];

beforeAll(async () => {
  floor = await newScoredFloor({ now: Date.parse('2026-03-11T09:20:00Z') });
  rita = await floor.signedIn('rita', ['supervisor'], 'red');
  ana = await floor.signedIn('ana', ['agent'], 'red');
  admin = await floor.signedIn('noor', ['admin']);
  expect((await admin('PUT', '/api/v1/rewards', CATALOGUE)).status).toBe(200);
  await award('ana', 100);
});
afterAll(() => floor.close());

const award = (person: string, amount: number, n = 1) =>
  floor.told({
    source: HOUSE,
    id: `points:test:${n}:${person}:day:0`,
    type: 'points.awarded',
    time: floor.time.now,
    agent: { source: HOUSE, name: person },
    data: { rule: 'day-score', version: 1, person, window: 'day', from: 0, to: 1, amount, score: 1000, cause: 'test' },
  });
const balance = async (person: string) => (await floor.api('GET', `/api/v1/people/${person}/points`)).body.balance;
const left = async (id: string) =>
  (await admin('GET', '/api/v1/rewards')).body.items.find((reward: { id: string }) => reward.id === id).left;

describe('the catalogue', () => {
  it('shows agents what is for them, and lets only managers keep it', async () => {
    const { body } = await ana('GET', '/api/v1/rewards');
    expect(body.items.map((reward: { id: string }) => reward.id)).toEqual(['last', 'coffee', 'dear']);
    expect((await ana('PUT', '/api/v1/rewards', CATALOGUE)).status).toBe(403);
    expect((await rita('PUT', '/api/v1/rewards', CATALOGUE)).status).toBe(403);
  });

  it.each([
    ['a price of nothing', { price: 0 }],
    ['half a point', { price: 1.5 }],
    ['a stock below zero', { stock: -1 }],
    ['a picture that there is not', { icon: 'skull' }],
  ])('refuses %s', async (_, change) => {
    expect((await admin('PUT', '/api/v1/rewards', [{ ...CATALOGUE[0], ...change }])).status).toBe(400);
  });
});

describe('granting', () => {
  const grant = (hand: Hand, wish: Record<string, unknown>) =>
    hand('POST', '/api/v1/grants', { person: 'ana', reward: 'coffee', reason: 'You stayed calm.', ...wish });

  it('gives a reward with a reason that the person reads as it was written, and takes nothing from them', async () => {
    const before = await balance('ana');
    const made = await grant(rita, { reason: 'Calm with a <b>loud</b> caller' });
    expect(made.status).toBe(201);
    await floor.settle();
    const { body } = await ana('GET', '/api/v1/grants');
    expect(body.items[0]).toMatchObject({
      reason: 'Calm with a <b>loud</b> caller',
      by: { id: 'rita' },
      reward: { id: 'coffee' },
      price: 40,
    });
    expect(await balance('ana')).toBe(before);
    const query = new URLSearchParams({ subject: 'person:ana', measure: body.items[0].receipt });
    const receipt = (await ana('GET', `/api/v1/receipts?${query}`)).body;
    expect(receipt.sentence).toContain('Rita gave A coffee');
    expect(recomputeSteps(receipt)).toEqual([40]);
  });

  it('is a leader’s, for their own people, and not for themselves', async () => {
    expect((await grant(rita, { person: 'cleo' })).status).toBe(403);
    expect((await grant(rita, { person: 'rita' })).status).toBe(403);
    expect((await grant(ana, {})).status).toBe(403);
    expect((await grant(admin, { person: 'noor' })).status).toBe(403);
    expect((await grant(admin, { person: 'nobody' })).status).toBe(404);
  });

  it('refuses what is not there, no reason, and more than the budget', async () => {
    expect((await grant(rita, { reward: 'unicorn' })).status).toBe(404);
    expect((await grant(rita, { reason: '  ' })).status).toBe(400);
    expect((await grant(rita, { reason: 'a\u0000b c' })).status).toBe(400);
    expect((await grant(rita, { reward: 'dear' })).status).toBe(201);
    expect((await grant(rita, { reward: 'dear' })).body.code).toBe('budget_spent');
    expect((await rita('GET', '/api/v1/grants/budget')).body).toMatchObject({ most: 5000, spent: 3040, left: 1960 });
  });
});

describe('redeeming', () => {
  it('takes the points once, however often the same is asked', async () => {
    const before = await balance('ana');
    const id = '0190a3c4-5678-7abc-8def-0123456789ab';
    const tries = await Promise.all([1, 2, 3].map(() => ana('POST', '/api/v1/redemptions', { reward: 'coffee', id })));
    expect(tries.map(({ status }) => status)).toEqual([201, 201, 201]);
    await floor.settle();
    expect(await balance('ana')).toBe(before - 40);
    const [movement] = (await ana('GET', '/api/v1/people/ana/points')).body.items;
    expect(movement).toMatchObject({ about: { reward: 'A coffee' }, words: '40 points spent on the reward A coffee.' });
  });

  it('refuses what is too dear, hidden or not there', async () => {
    expect((await ana('POST', '/api/v1/redemptions', { reward: 'dear' })).body.code).toBe('balance_short');
    expect((await ana('POST', '/api/v1/redemptions', { reward: 'secret' })).status).toBe(404);
    expect((await ana('POST', '/api/v1/redemptions', { reward: 'unicorn' })).status).toBe(404);
    expect((await floor.api('POST', '/api/v1/redemptions', { reward: 'coffee' })).status).toBe(403);
  });

  it('gives the last one to exactly one of fifty', async () => {
    await award('ana', 1_000, 2);
    const before = await balance('ana');
    const tries = await Promise.all(
      Array.from({ length: 50 }, () => ana('POST', '/api/v1/redemptions', { reward: 'last' })),
    );
    expect(tries.filter(({ status }) => status === 201).length).toBe(1);
    expect(new Set(tries.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
      new Set(['out_of_stock']),
    );
    await floor.settle();
    expect(await balance('ana')).toBe(before - 10);
    expect(await left('last')).toBe(0);
  });

  it('gives points and stock back once when it is cancelled, by the person or the leader', async () => {
    const before = await balance('ana');
    const { items } = (await ana('GET', '/api/v1/redemptions')).body;
    const open = items.find((one: { reward: { id: string } }) => one.reward.id === 'last');
    const cancel = () => ana('POST', `/api/v1/redemptions/${open.id}/settle`, { outcome: 'cancelled' });
    const twice = await Promise.all([cancel(), cancel()]);
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 409]);
    await floor.settle();
    expect(await balance('ana')).toBe(before + 10);
    expect(await left('last')).toBe(1);
  });

  it('is handed over by the leader, and by nobody else', async () => {
    const { items } = (await rita('GET', '/api/v1/redemptions')).body;
    const open = items.find((one: { state: string }) => one.state === 'open');
    const settle = (hand: Hand) => hand('POST', `/api/v1/redemptions/${open.id}/settle`, { outcome: 'fulfilled' });
    expect((await settle(ana)).status).toBe(403);
    expect((await settle(rita)).status).toBe(200);
    expect((await settle(rita)).body.code).toBe('redemption_settled');
    expect((await rita('POST', '/api/v1/redemptions/none/settle', { outcome: 'fulfilled' })).status).toBe(404);
  });
});

it('sums to zero, and is the same when it is derived again', async () => {
  expect((await floor.api('GET', '/api/v1/ledger')).body).toMatchObject({ sum: 0, chain: 'verified' });
  await floor.settle();
  expect((await rebuilt(floor)).differences).toEqual([]);
});
