import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recompute } from '../../server/attainment/receipts/rules.ts';
import { consumers } from '../../server/flow.ts';
import { openOwnDb } from '../../server/foundation/db.ts';
import { badgeConsumer } from '../../server/game/badges/consumer.ts';
import { badgeTopic } from '../../server/game/badges/live.ts';
import { badgeReceipt } from '../../server/game/badges/receipt.ts';
import { recentBadges } from '../../server/game/badges/store.ts';
import { badgeCase } from '../../server/game/badges/view.ts';
import type { NewEvent } from '../../server/log/catalogue.ts';
import { rebuild } from '../../server/log/rebuilding.ts';
import { makeShadow, SHADOW } from '../../server/log/shadow-store.ts';
import { parseTopic, type TopicName } from '../../server/log/topic.ts';
import type { Receipt } from '../../src/lib/contract/receipts.ts';
import { call, newScoredFloor, type ScoredFloor } from '../scored-floor.ts';
import { wholeLog } from '../world.ts';

let floor: ScoredFloor;
const TARGETS = [
  { kpi: 'aht', floor: 400_000, target: 300_000, stretch: 200_000 },
  { kpi: 'transfer_rate', floor: 0.2, target: 0.1, stretch: 0.05 },
];

beforeEach(async () => {
  floor = await newScoredFloor({ now: Date.parse('2026-03-11T10:00:00Z') });
  const { status } = await floor.api('PUT', '/api/v1/targets', TARGETS);
  expect(status).toBe(200);
  await floor.settle();
});
afterEach(() => floor.close());

const minute = (n: number, hour = 8) =>
  `2026-03-11T${String(hour + Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}:00Z`;
const calls = (from: number, to: number, more: Parameters<typeof call>[2] = {}): NewEvent[] =>
  Array.from({ length: to - from }, (_, n) => call(`c${from + n}`, '1001', { at: minute(from + n), ...more }));
const closed = (window: string, from: string, to: string): NewEvent => ({
  source: 'floorlight',
  id: `window:${window}:Europe/Berlin:${Date.parse(from)}`,
  type: 'window.closed',
  time: Date.parse(to) + 900_000,
  data: { window, zone: 'Europe/Berlin', from: Date.parse(from), to: Date.parse(to) },
});
const DAY = ['2026-03-10T23:00:00Z', '2026-03-11T23:00:00Z'] as const;
const ASKED = {
  position: '0',
  limit: 50,
  when: { window: 'day' as const, at: Date.parse('2026-03-11T10:00:00Z') },
  viewer: { kind: 'anonymous' as const },
};
/** What the events of a receipt add up to. */
function summed({ events }: Receipt): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { facts } of events)
    for (const [name, value] of Object.entries(facts)) sums[name] = (sums[name] ?? 0) + value;
  return sums;
}
const earned = async () => (await wholeLog(floor.db, floor.orgId)).filter(({ type }) => type === 'badge.earned');
const names = async () => (await earned()).map(({ id, data }) => `${id}${data.celebrate ? ' !' : ''}`);

it('is earned as soon as it holds, once, and not again by the next batch, a lost lease or the close of the day', async () => {
  await floor.told(...calls(0, 19));
  expect(await names()).toEqual([]);
  await floor.told(...calls(19, 20));
  expect(await names()).toEqual(['badge:full-house:bronze:ana:day:2026-03-11 !']);
  await floor.told(...calls(20, 24));
  badgeConsumer.forget(floor.orgId);
  await floor.told(...calls(24, 26));
  floor.time.now = Date.parse('2026-03-11T23:15:05Z');
  await floor.told(closed('day', ...DAY));
  expect(await names()).toEqual(['badge:full-house:bronze:ana:day:2026-03-11 !']);
  const [event] = await earned();
  expect(event?.data).toMatchObject({ points: 10, version: 1, value: 20, cause: { source: 'acd', id: 'c19' } });
});

it('the next tier is not missed because the one before was earned a moment ago', async () => {
  await floor.told(...calls(0, 20));
  await floor.told(...calls(20, 46));
  expect(await names()).toEqual([
    'badge:full-house:bronze:ana:day:2026-03-11 !',
    'badge:full-house:silver:ana:day:2026-03-11 !',
  ]);
});

it('the highest of several tiers at once celebrates, and a new day begins anew', async () => {
  await floor.told(...calls(0, 46));
  expect(await names()).toEqual([
    'badge:full-house:bronze:ana:day:2026-03-11',
    'badge:full-house:silver:ana:day:2026-03-11 !',
  ]);
  floor.time.now = Date.parse('2026-03-12T10:00:00Z');
  await floor.told(
    ...Array.from({ length: 20 }, (_, n) => call(`d${n}`, '1001', { at: `2026-03-12T09:${String(10 + n)}:00Z` })),
  );
  expect((await names()).at(-1)).toBe('badge:full-house:bronze:ana:day:2026-03-12 !');
});

it('shortened calls hold it; when they are made good it is earned after all', async () => {
  await floor.told(
    ...calls(0, 24),
    ...Array.from({ length: 12 }, (_, n) => call(`s${n}`, '1001', { at: minute(30 + n), talkMs: 2_000 })),
  );
  expect(await names()).toEqual([]);
  const item = (await badgeCase(floor, floor.orgId, 'ana')).items[0];
  expect(item?.next).toMatchObject({ tier: 'bronze', standing: 'held', value: 24 });
});

it('without a score that counts nothing is earned', async () => {
  floor.time.now = Date.parse('2026-03-11T10:00:00Z');
  await floor.told(
    ...calls(0, 25, { transfer: 'blind' }).map((event) => ({ ...event, agent: { source: 'acd', name: '4242' } })),
  );
  expect(await names()).toEqual([]);
});

it('a history that comes in late earns nothing; where its source is set to award it earns and celebrates nothing', async () => {
  floor.time.now = Date.parse('2026-03-14T10:00:00Z');
  await floor.told(...calls(0, 25));
  await floor.told(closed('day', ...DAY));
  expect(await names()).toEqual([]);
  const other = await newScoredFloor({ now: floor.time.now });
  await other.api(
    'PUT',
    '/api/v1/targets',
    TARGETS.map((target) => ({ ...target, effectiveFrom: '2026-01-01T00:00:00Z' })),
  );
  await other.told(...calls(0, 25));
  await other.told({
    source: 'floorlight',
    id: 'source:acd',
    type: 'source.saved',
    time: other.time.now,
    data: { name: 'acd', backfill: 'award' },
  });
  await other.told(closed('day', ...DAY));
  const events = (await wholeLog(other.db, other.orgId)).filter(({ type }) => type === 'badge.earned');
  expect(events.map(({ id, data }) => [id, data.celebrate])).toEqual([
    ['badge:full-house:bronze:ana:day:2026-03-11', false],
  ]);
  await other.close();
});

it('four perfect surveys earn nothing at the close of the week, forty do, with the arithmetic kept', async () => {
  const survey = (id: string, agent: string): NewEvent => ({
    source: 'acd',
    id,
    type: 'survey.answered',
    time: Date.parse('2026-03-11T09:00:00Z'),
    agent: { source: 'acd', name: agent },
    data: { kind: 'csat', score: 5, scaleMin: 1, scaleMax: 5 },
  });
  const many = (agent: string, count: number) =>
    Array.from({ length: count }, (_, n) => survey(`v${agent}-${n}`, agent));
  const worked = (agent: string, prefix: string) =>
    Array.from({ length: 60 }, (_, n) => call(`${prefix}${n}`, agent, { at: minute(n) }));
  await floor.told(...worked('1001', 'a'), ...worked('1002', 'b'), ...many('1001', 40), ...many('1002', 4));
  floor.time.now = Date.parse('2026-03-15T23:15:05Z');
  await floor.told(closed('week', '2026-03-08T23:00:00Z', '2026-03-15T23:00:00Z'));
  await floor.settle();
  const kind = (await names()).filter((name) => name.includes('kind-ear'));
  expect(kind).toEqual([
    'badge:kind-ear:bronze:ana:week:2026-03-09',
    'badge:kind-ear:silver:ana:week:2026-03-09',
    'badge:kind-ear:gold:ana:week:2026-03-09 !',
  ]);
  // decided on Monday at a quarter past midnight, they count on the Sunday that the week ended with
  const { body: sunday } = await floor.api('GET', '/api/v1/boards/points?window=day&at=2026-03-15T12:00:00Z');
  expect(sunday.entries[0]).toMatchObject({ subject: 'person:ana', value: 150 });
  const { body: monday } = await floor.api('GET', '/api/v1/boards/points?window=day&at=2026-03-16T12:00:00Z');
  expect(monday.entries).toEqual([]);
  const receipt = await badgeReceipt.write(floor, floor.orgId, {
    subject: 'person:ana',
    measure: 'badge:kind-ear:silver:week:2026-03-09',
    ...ASKED,
  });
  expect(recompute(receipt)).toBe(receipt.value);
  expect(receipt.sentence).toContain('Ana earned silver of Kind ear');
  expect(receipt.events.slice(0, 2).map(({ type }) => type)).toEqual(['window.closed', 'badge.earned']);
  expect(receipt.eventsTotal).toBe(42);
  expect(summed(receipt)).toEqual({ csat_n: 40, csat_top: 40 });
});

it('the receipt of contacts recomputes and names the call; of what was not earned there is none', async () => {
  await floor.told(...calls(0, 21));
  const asked = { subject: 'person:ana', ...ASKED };
  const receipt = await badgeReceipt.write(floor, floor.orgId, {
    ...asked,
    measure: 'badge:full-house:bronze:day:2026-03-11',
  });
  expect(recompute(receipt)).toBe(21);
  expect(receipt.facts).toEqual({ handled: 21, short: 0 });
  expect(receipt.events.at(-1)).toMatchObject({ type: 'interaction.ended', id: 'c20', facts: { handled: 1 } });
  expect(new Set(receipt.events.map(({ id }) => id)).size).toBe(receipt.eventsTotal);
  expect(summed(receipt)).toEqual({ handled: 21 });
  const gold = badgeReceipt.write(floor, floor.orgId, { ...asked, measure: 'badge:full-house:gold:day:2026-03-11' });
  await expect(gold).rejects.toMatchObject({ kind: 'missing' });
  const stranger = { ...asked, subject: 'person:ben', measure: 'badge:full-house:bronze:day:2026-03-11' };
  await expect(badgeReceipt.write(floor, floor.orgId, stranger)).rejects.toMatchObject({ kind: 'missing' });
});

it('the case shows what was earned and what comes next, and the wall what is recent in its scope', async () => {
  await floor.told(...calls(0, 28));
  const { items, person } = await badgeCase(floor, floor.orgId, 'ana');
  expect(person).toBe('ana');
  expect(items).toHaveLength(6);
  expect(items[0]).toMatchObject({
    badge: 'full-house',
    tier: 'bronze',
    counts: { bronze: 1, silver: 0, gold: 0 },
    earned: [{ tier: 'bronze', period: 'day:2026-03-11', receipt: 'badge:full-house:bronze:day:2026-03-11' }],
    next: { tier: 'silver', value: 28, goal: 45, progress: 622, standing: 'counts' },
  });
  const since = floor.time.now - 60_000;
  expect(await recentBadges(floor.db.of(floor.orgId), floor.orgId, { since, scope: 'team:red' })).toMatchObject([
    { person: 'ana', badge: 'full-house', tier: 'bronze', celebrate: true },
  ]);
  expect(await recentBadges(floor.db.of(floor.orgId), floor.orgId, { since, scope: 'team:blue' })).toEqual([]);
  expect(await recentBadges(floor.db.of(floor.orgId), floor.orgId, { since: since + 120_000, scope: 'org' })).toEqual(
    [],
  );
  await expect(badgeCase(floor, floor.orgId, 'nobody')).rejects.toMatchObject({ kind: 'missing' });
});

it('one looks at one’s own badges and a supervisor at those of the team; nobody else does', async () => {
  const topic = badgeTopic(floor);
  const name = parseTopic('badges:ana') as TopicName;
  const account = {
    kind: 'account' as const,
    orgId: floor.orgId,
    accountId: '1',
    sessionId: '1',
    team: 'red',
    site: 'main',
  };
  const ana = { ...account, personId: 'ana', roles: ['agent' as const], teams: [] };
  const ben = { ...account, personId: 'ben', roles: ['agent' as const], teams: [] };
  const rita = { ...account, personId: 'rita', roles: ['supervisor' as const], teams: ['red'] };
  expect(await topic.admit(ana, name)).toBe('all');
  expect(await topic.admit(rita, name)).toBe('all');
  expect(await topic.admit(ben, name)).toBeNull();
  expect(await topic.admit({ ...rita, teams: ['blue'] }, name)).toBeNull();
  expect(await topic.admit({ kind: 'anonymous' }, name)).toBeNull();
});

it('a rebuild writes the same rows and decides nothing anew', async () => {
  await floor.told(...calls(0, 46));
  const before = await names();
  const live = openOwnDb(floor.url, 2);
  const shadow = openOwnDb(floor.url, 2, `${SHADOW},public`);
  const rooms = consumers(floor);
  await makeShadow(
    live.every,
    rooms.flatMap(({ tables }) => tables),
  );
  const log = pino({ level: 'silent' });
  const { differences } = await rebuild(
    { live, shadow, consumers: rooms, clock: floor.clock, log, verify: true },
    floor.orgId,
  );
  await Promise.all([live.close(), shadow.close()]);
  expect(differences.filter((line) => line.includes('badges'))).toEqual([]);
  expect(before).toHaveLength(2);
  expect(await names()).toEqual(before);
});
