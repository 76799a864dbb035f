import { describe, expect, it } from 'vitest';
import { midnight } from '../../src/lib/midnight.ts';

describe('the beginning of a day', () => {
  it.each([
    ['2026-01-15', 'UTC', 0, '2026-01-15T00:00:00.000Z'],
    ['2026-01-15', 'Europe/Berlin', 0, '2026-01-14T23:00:00.000Z'],
    ['2026-07-15', 'Europe/Berlin', 0, '2026-07-14T22:00:00.000Z'],
    ['2026-07-15', 'America/New_York', 0, '2026-07-15T04:00:00.000Z'],
    ['2026-07-15', 'Asia/Kolkata', 0, '2026-07-14T18:30:00.000Z'],
    ['2026-07-15', 'Pacific/Kiritimati', 0, '2026-07-14T10:00:00.000Z'],
    // clocks go forward and back on these days, after midnight
    ['2026-03-29', 'Europe/Berlin', 0, '2026-03-28T23:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', 1, '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', 0, '2026-10-24T22:00:00.000Z'],
    ['2026-12-31', 'Europe/Lisbon', 1, '2027-01-01T00:00:00.000Z'],
  ])('%s in %s, moved by %i', (day, zone, moved, instant) => {
    expect(midnight(day, zone, moved)).toBe(instant);
  });
});
