import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sumByQueue } from '../../server/facts/store.ts';
import { bucketsOf, resolveWindow } from '../../server/facts/windows.ts';
import { leg, newOrganisation, openStage, passed, at as start, world } from '../facts-stage.ts';
import { diceOf } from '../random-events.ts';

beforeAll(openStage);
afterAll(() => world.close());

const HOUR = 3_600_000;
const CHANGES = [
  { zone: 'Europe/Lisbon', day: '2026-03-29', hours: 23 },
  { zone: 'Europe/Lisbon', day: '2026-10-25', hours: 25 },
  { zone: 'Asia/Jerusalem', day: '2026-03-27', hours: 23 },
  { zone: 'Asia/Jerusalem', day: '2026-10-25', hours: 25 },
];

describe.each(CHANGES)('the day of $hours hours, $day in $zone, and those beside it', ({ zone, day, hours }) => {
  it('count what happened on their local dates', async () => {
    const dice = diceOf(hours + Math.abs(start(0)) + zone.length);
    const noon = Date.parse(`${day}T12:00:00Z`);
    const ends = Array.from({ length: 600 }, () => noon + dice.int(-40 * HOUR, 40 * HOUR));
    const calls = ends.map((end, n) => {
      const offeredAt = new Date(end - 60_000).toISOString();
      return leg(`d${n}`, { time: end }, { offeredAt, endedAt: new Date(end).toISOString(), talkMs: n + 1 });
    });
    const orgId = await newOrganisation();
    await passed(orgId, calls.slice(0, 250), calls.slice(250));

    const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
    for (const shift of [-24, 0, 24]) {
      const date = calendar.format(noon + shift * HOUR);
      const span = resolveWindow('day', noon + shift * HOUR, zone);
      if (shift === 0) expect(span.to - span.from).toBe(hours * HOUR);
      const there = ends.flatMap((end, n) => (calendar.format(end) === date ? [n + 1] : []));
      const sums = (await sumByQueue(world.db.of(orgId), orgId, bucketsOf(span))).get('sales');
      expect(there.length).toBeGreaterThan(50);
      expect([sums?.handled, sums?.talk_ms]).toEqual([there.length, there.reduce((sum, ms) => sum + ms, 0)]);
    }
  });
});
