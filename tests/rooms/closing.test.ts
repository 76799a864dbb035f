import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeSpan, pass } from '../../server/attainment/closing.ts';
import { addOrganisation } from '../../server/people/begin.ts';
import { newWorld, type World, wholeLog } from '../world.ts';

const HOUR = 3_600_000;
let floor: World;

beforeAll(async () => {
  floor = await newWorld({ now: Date.parse('2026-03-11T10:20:00Z'), consumers: [] });
  await addOrganisation(floor, { id: floor.orgId, name: 'Northwind', timeZone: 'Europe/Lisbon' });
});
afterAll(() => floor.close());

const closed = async (window: string) =>
  (await wholeLog(floor.db, floor.orgId))
    .filter(({ type, data }) => type === 'window.closed' && data.window === window)
    .map(({ data }) => Number(data.from));

it('closes each window once, whoever looks and however often', async () => {
  await pass(floor, floor.orgId);
  const first = await closed('hour');
  expect(first.length).toBeGreaterThan(0);
  await Promise.all([pass(floor, floor.orgId), pass(floor, floor.orgId)]);
  expect(await closed('hour')).toEqual(first);
});

it('closes what ended while the house stood still', async () => {
  const before = await closed('hour');
  floor.time.now += 5 * HOUR;
  await pass(floor, floor.orgId);
  const hours = await closed('hour');
  const zones = before.length;
  expect(hours.length).toBe(zones * 6);
  const starts = [...new Set(hours)].sort((a, b) => a - b);
  expect(starts.slice(1).every((from, i) => from - (starts[i] as number) === HOUR)).toBe(true);
});

it('closes a history behind its time, and its last bucket before it', async () => {
  const to = Date.parse('2026-03-02T01:00:00Z');
  const before = (await wholeLog(floor.db, floor.orgId)).length;
  await closeSpan(floor, floor.orgId, { from: to - 24 * HOUR, to });
  const [bucket, ...windows] = (await wholeLog(floor.db, floor.orgId)).slice(before);
  expect(bucket?.data.window).toBe('bucket');
  expect(windows.filter(({ data }) => data.window === 'day').length).toBeGreaterThan(0);
  const times = windows.map((event) => event.time);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});
