import { afterEach, beforeEach, expect, it } from 'vitest';
import { recomputeSteps } from '../../server/attainment/receipts/rules.ts';
import { recentBadges } from '../../server/game/badges/store.ts';
import { badgeCase } from '../../server/game/badges/view.ts';
import type { NewEvent } from '../../server/log/catalogue.ts';
import { windowClosed } from '../closings.ts';
import { rebuilt } from '../rebuilt.ts';
import { call, newScoredFloor, type ScoredFloor } from '../scored-floor.ts';
import { wholeLog } from '../world.ts';

const ZONE = 'Europe/Berlin';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DAY = { from: '2026-03-10T23:00:00Z', to: '2026-03-11T23:00:00Z' };
const WEEK = { from: '2026-03-08T23:00:00Z', to: '2026-03-15T23:00:00Z' };
const TARGETS = [
  { kpi: 'aht', floor: 400_000, target: 300_000, stretch: 200_000 },
  { kpi: 'transfer_rate', floor: 0.2, target: 0.1, stretch: 0.05 },
];
const BRONZE = 'badge:full-house:bronze:ana:day:2026-03-11';
let floor: ScoredFloor;
let told = 0;

beforeEach(async () => {
  floor = await newScoredFloor({ now: Date.parse('2026-03-11T10:00:00Z') });
  await floor.api('PUT', '/api/v1/targets', TARGETS);
  await floor.settle();
});
afterEach(() => floor.close());

const minute = (n: number) =>
  `2026-03-11T${String(8 + Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}:00Z`;
const calls = (from: number, to: number, more: Parameters<typeof call>[2] = {}): NewEvent[] =>
  Array.from({ length: to - from }, (_, n) => call(`c${from + n}`, '1001', { at: minute(from + n), ...more }));

async function closeAnHour(): Promise<void> {
  const to = floor.time.now - (floor.time.now % HOUR_MS);
  const span = { from: new Date(to - HOUR_MS).toISOString(), to: new Date(to).toISOString() };
  await floor.told({ ...windowClosed('hour', ZONE, span), id: `window:hour:${ZONE}:${to - HOUR_MS}:${told++}` });
}
async function later(days: number, ...events: NewEvent[]): Promise<void> {
  floor.time.now += days * DAY_MS;
  await floor.told(...events);
  await closeAnHour();
}
const retract = (id: string): NewEvent => ({
  source: 'acd',
  id: `retract-${id}`,
  type: 'correction',
  time: floor.time.now,
  data: { of: { source: 'acd', id }, action: 'retract' },
});
const replace = (of: NewEvent, data: Record<string, unknown>, n = 1): NewEvent => ({
  source: 'acd',
  id: `replace-${of.id}-${n}`,
  type: 'correction',
  time: floor.time.now + n,
  data: { of: { source: 'acd', id: of.id }, action: 'replace' },
  replacement: { agent: of.agent ?? null, customer: null, interaction: of.interaction ?? null, data },
});

const said = async () =>
  (await wholeLog(floor.db, floor.orgId))
    .filter(({ type, data }) => /^badge\./.test(type) && data.person === 'ana')
    .map(({ id, data }) => `${id}${data.celebrate ? ' !' : ''}`);
const wallet = async () => (await floor.api('GET', '/api/v1/people/ana/points')).body;
const house = async () => (await badgeCase(floor, floor.orgId, 'ana')).items[0];

it.each([1, 6, 7, 40])('a contact that was none, %i days later: the badge goes, with its points', async (days) => {
  await floor.told(...calls(0, 20));
  expect(await said()).toEqual([`${BRONZE} !`]);
  floor.time.now = Date.parse('2026-03-11T23:15:05Z');
  await floor.told(windowClosed('day', ZONE, DAY));
  const { balance } = await wallet();
  expect(balance).toBe(60);
  await later(days, retract('c3'));
  expect(await said()).toEqual([`${BRONZE} !`, `withdrawn:${BRONZE}`]);
  const after = await wallet();
  // the day is one contact short of a score that counts, too
  expect([after.balance, after.items[0].balanceAfter]).toEqual([0, 0]);
  expect(after.items.map(({ amount }: { amount: number }) => amount)).toEqual([-10, 10 - balance, balance - 10, 10]);
  expect(after.items[0]).toMatchObject({ kind: 'withdrawal', amount: -10, cause: 'retract-c3', about: { of: BRONZE } });
  expect(after.items[0].words).toBe(
    'A call of 2026-03-11 was corrected: 10 points taken back, for the badge full-house in bronze, which is withdrawn.',
  );
  expect(await house()).toMatchObject({ tier: null, counts: { bronze: 0 }, earned: [] });
  expect(await recentBadges(floor.db.of(floor.orgId), floor.orgId, { since: 0, scope: 'org' })).toEqual([]);
  await later(1, retract('c3'));
  expect(await said()).toHaveLength(2);
  expect((await rebuilt(floor)).differences).toEqual([]);
});

it('is earned again when the correction is corrected, with a number of its own and without a second celebration', async () => {
  const all = calls(0, 20);
  await floor.told(...all);
  floor.time.now = Date.parse('2026-03-11T23:15:05Z');
  await floor.told(windowClosed('day', ZONE, DAY));
  const { balance } = await wallet();
  await later(2, retract('c3'));
  const [, , , third] = all as [NewEvent, NewEvent, NewEvent, NewEvent];
  await later(2, replace(third, third.data));
  expect(await said()).toEqual([`${BRONZE} !`, `withdrawn:${BRONZE}`, `${BRONZE}:2`]);
  expect((await wallet()).balance).toBe(balance);
  const item = await house();
  expect(item).toMatchObject({ tier: 'bronze', counts: { bronze: 1 } });
  const [earned] = item?.earned ?? [];
  expect(earned).toMatchObject({ celebrate: false, receipt: 'badge:full-house:bronze:day:2026-03-11:2' });
  const read = async (measure: string) =>
    (await floor.api('GET', `/api/v1/receipts?${new URLSearchParams({ subject: 'person:ana', measure })}`)).body;
  const again = await read(earned?.receipt ?? '');
  expect(again.events.slice(0, 2).map(({ id }: { id: string }) => id)).toEqual(['replace-c3-1', `${BRONZE}:2`]);
  expect(again.eventsTotal).toBe(22);
  const first = await read('badge:full-house:bronze:day:2026-03-11');
  expect(first.sentence).toMatch(/contacts\. A call of 2026-03-11 was corrected: withdrawn\.$/);
  expect(first.events.slice(0, 3).map(({ id }: { id: string }) => id)).toEqual([
    BRONZE,
    'retract-c3',
    `withdrawn:${BRONZE}`,
  ]);
  // the facts are those of then: what was taken back later was there
  expect(first.events.slice(3).map(({ id }: { id: string }) => id)).toContain('c3');
  const taken = await read(`points:withdrawn:${BRONZE}`);
  expect(recomputeSteps(taken)).toEqual([-10]);
  expect(taken.events.map(({ id }: { id: string }) => id)).toEqual([BRONZE, 'retract-c3', `withdrawn:${BRONZE}`]);
  await later(1, retract('c4'));
  expect((await said()).at(-1)).toBe(`withdrawn:${BRONZE}:2`);
  expect((await wallet()).items[0]).toMatchObject({ kind: 'withdrawal', amount: -10 });
});

it('goes at the close of the next hour where the day is not over, and can be reached again', async () => {
  await floor.told(...calls(0, 20));
  floor.time.now = Date.parse('2026-03-11T10:20:00Z');
  await floor.told(retract('c3'));
  expect(await said()).toEqual([`${BRONZE} !`]);
  await closeAnHour();
  expect(await said()).toEqual([`${BRONZE} !`, `withdrawn:${BRONZE}`]);
  await floor.told(...calls(20, 21));
  expect((await said()).at(-1)).toBe(`${BRONZE}:2`);
  expect((await house())?.counts.bronze).toBe(1);
});

it('stays where the contacts are there, though the day would be held by now', async () => {
  await floor.told(...calls(0, 24));
  await floor.told(
    ...Array.from({ length: 12 }, (_, n) => call(`s${n}`, '1001', { at: minute(30 + n), talkMs: 2_000 })),
  );
  await later(0, retract('c3'));
  expect((await house())?.next).toMatchObject({ standing: 'held', value: 23 });
  expect(await said()).toEqual([`${BRONZE} !`]);
});

const survey = (n: number, score: number): NewEvent => ({
  source: 'acd',
  id: `v${n}`,
  type: 'survey.answered',
  time: Date.parse('2026-03-11T09:00:00Z'),
  agent: { source: 'acd', name: '1001' },
  data: { kind: 'csat', score, scaleMin: 1, scaleMax: 5 },
});

it('of a week: surveys that are corrected withdraw tiers, and points that were spent are written off', async () => {
  const surveys = Array.from({ length: 40 }, (_, n) => survey(n, 5));
  await floor.told(...calls(0, 60), ...surveys);
  floor.time.now = Date.parse('2026-03-15T23:15:05Z');
  await floor.told(windowClosed('week', ZONE, WEEK));
  await floor.settle();
  const kind = async () => (await said()).filter((id) => id.includes('kind-ear'));
  expect(await kind()).toHaveLength(3);
  const { balance } = await wallet();
  const admin = await floor.signedIn('noor', ['admin']);
  const reward = { id: 'all', name: 'All', words: 'All.', icon: 'gift', price: balance, stock: null };
  await admin('PUT', '/api/v1/rewards', [reward]);
  const ana = await floor.signedIn('ana', ['agent'], 'red');
  expect((await ana('POST', '/api/v1/redemptions', { reward: 'all' })).status).toBe(201);
  await floor.settle();
  await later(6, ...surveys.map((one) => replace(one, { ...one.data, score: 1 })));
  expect(await kind()).toHaveLength(6);
  const after = await wallet();
  expect(after.balance).toBe(0);
  expect(after.items.filter(({ kind }: { kind: string }) => kind === 'withdrawal')).toHaveLength(3);
  expect(after.items[0].about.because).toMatchObject({ how: 'corrected', what: 'survey' });
  const { body } = await floor.api('GET', '/api/v1/ledger');
  expect(body).toMatchObject({ sum: 0, chain: 'verified' });
  expect(body.accounts).toContainEqual({ account: 'correction', balance: -150 });
  // when they are good again they are earned again, and pay back what the house bore
  await later(1, ...surveys.map((one) => replace(one, one.data, 9)));
  expect((await kind()).slice(6).map((id) => id.slice(-2))).toEqual([':2', ':2', ':2']);
  expect((await wallet()).balance).toBe(0);
  expect((await rebuilt(floor)).differences).toEqual([]);
});

it('a week of steady days is counted again', async () => {
  const days = ['2026-03-09', '2026-03-10', '2026-03-11'];
  const fast = (day: string) =>
    Array.from({ length: 40 }, (_, n) =>
      call(`${day}-${n}`, '1001', {
        at: `${day}T${String(8 + Math.floor(n / 20)).padStart(2, '0')}:${10 + (n % 20)}:00Z`,
        talkMs: 180_000,
      }),
    );
  await floor.api('PUT', '/api/v1/scorecards/agent', { kpis: [{ kpi: 'aht', weight: 1 }], gates: [] });
  for (const day of days) {
    floor.time.now = Date.parse(`${day}T20:00:00Z`);
    await floor.told(...fast(day));
    floor.time.now = Date.parse(`${day}T23:15:05Z`);
    const from = new Date(Date.parse(`${day}T00:00:00Z`) - HOUR_MS).toISOString();
    await floor.told(windowClosed('day', ZONE, { from, to: `${day}T23:00:00Z` }));
  }
  const steady = 'badge:steady-light:bronze:ana:week:2026-03-09';
  expect(await said()).toContain(`${steady} !`);
  await later(1, ...fast('2026-03-10').map((one) => replace(one, { ...one.data, talkMs: 900_000 })));
  expect(await said()).toContain(`withdrawn:${steady}`);
});
