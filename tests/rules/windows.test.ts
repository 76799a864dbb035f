import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowName } from '#contract/windows.ts';
import { BUCKET_MS, bucketOf, bucketsOf, previousWindow, resolveWindow } from '#server/facts/windows.ts';

const ZONES = [
  'UTC',
  'Asia/Jerusalem',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Chatham',
  'America/Sao_Paulo',
  'Africa/Casablanca',
  'Asia/Tehran',
  'Pacific/Apia',
] as const;

const formats = new Map<string, Intl.DateTimeFormat>();
function local(at: number, zone: string) {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      weekday: 'short',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(at).map((part) => [part.type, Number(part.value)]));
  const [year, month, day, hour, minute] = (['year', 'month', 'day', 'hour', 'minute'] as const).map(
    (part) => parts.get(part) ?? Number.NaN,
  ) as [number, number, number, number, number];
  const clock = Date.UTC(year, month - 1, day, hour, minute);
  return { clock, year, month, day, hour, offset: clock - Math.floor(at / 60_000) * 60_000 };
}

/** What all instants of one window have in common, from the wall clock alone. */
function label(name: WindowName, at: number, zone: string): string {
  const t = local(at, zone);
  if (name === 'hour') return `${t.year}-${t.month}-${t.day} ${t.hour} ${t.offset}`;
  if (name === 'day') return `${t.year}-${t.month}-${t.day}`;
  if (name === 'week') {
    const days = Math.floor(t.clock / 86_400_000);
    return `week ${Math.floor((days + 3) / 7)}`;
  }
  if (name === 'month') return `${t.year}-${t.month}`;
  return `${t.year} quarter ${Math.floor((t.month - 1) / 3)}`;
}

/** The same window by walking every quarter of an hour. */
function byWalking(name: WindowName, at: number, zone: string) {
  const wanted = label(name, at, zone);
  let from = bucketOf(at);
  while (label(name, (from - 1) * BUCKET_MS, zone) === wanted) from--;
  let to = bucketOf(at) + 1;
  while (label(name, to * BUCKET_MS, zone) === wanted) to++;
  return { name, from: from * BUCKET_MS, to: to * BUCKET_MS };
}

const at = fc.integer({ min: Date.UTC(1995, 0, 1), max: Date.UTC(2030, 0, 1) });
const zone = fc.constantFrom(...ZONES);

describe('windows against the wall clock', () => {
  it('resolves hours and days', () => {
    fc.assert(
      fc.property(fc.constantFrom<WindowName>('hour', 'day'), at, zone, (name, when, where) => {
        expect(resolveWindow(name, when, where)).toEqual(byWalking(name, when, where));
      }),
      { numRuns: 2500 },
    );
  });

  it('resolves weeks, months and quarters', () => {
    fc.assert(
      fc.property(fc.constantFrom<WindowName>('week', 'month', 'quarter'), at, zone, (name, when, where) => {
        expect(resolveWindow(name, when, where)).toEqual(byWalking(name, when, where));
      }),
      { numRuns: 40 },
    );
  });

  it('resolves every quarter of an hour around the changes of the clock', () => {
    for (const [where, days] of Object.entries(CHANGES)) {
      for (const day of days) {
        const start = Date.parse(`${day}T00:00:00Z`) - 12 * 3_600_000;
        for (let when = start; when < start + 48 * 3_600_000; when += BUCKET_MS) {
          for (const name of ['hour', 'day'] as const)
            expect(resolveWindow(name, when + 1, where)).toEqual(byWalking(name, when, where));
        }
      }
    }
  });

  it('tiles time: windows follow each other without a gap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<WindowName>('hour', 'day', 'week', 'month', 'quarter', 'season'),
        at,
        zone,
        (name, when, where) => {
          const span = resolveWindow(name, when, where);
          expect(previousWindow(span, where).to).toBe(span.from);
          expect(resolveWindow(name, span.to, where).from).toBe(span.to);
          expect(span.from % BUCKET_MS).toBe(0);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

const CHANGES: Record<string, string[]> = {
  'Asia/Jerusalem': ['1999-04-02', '1999-09-03', '2026-03-27', '2026-10-25'],
  'Europe/Berlin': ['2026-03-29', '2026-10-25'],
  'America/New_York': ['2026-03-08', '2026-11-01'],
  'Australia/Lord_Howe': ['2026-04-04', '2026-10-03'],
  'America/Sao_Paulo': ['2018-02-18', '2018-11-04'],
  'Pacific/Chatham': ['2026-04-04', '2026-09-26'],
};

describe('particular windows', () => {
  it('has days of 23 and 25 hours', () => {
    const hours = (day: string) => {
      const span = resolveWindow('day', Date.parse(day), 'Europe/Berlin');
      return (span.to - span.from) / 3_600_000;
    };
    expect([hours('2026-03-29T12:00:00Z'), hours('2026-10-25T12:00:00Z'), hours('2026-07-01T12:00:00Z')]).toEqual([
      23, 25, 24,
    ]);
  });

  it('begins the day at one where there was no midnight', () => {
    const span = resolveWindow('day', Date.parse('2018-11-04T15:00:00Z'), 'America/Sao_Paulo');
    expect(new Date(span.from).toISOString()).toBe('2018-11-04T03:00:00.000Z');
    expect(span.to - span.from).toBe(23 * 3_600_000);
  });

  it('takes the current and the three previous buckets as 60m', () => {
    const span = resolveWindow('60m', Date.parse('2026-07-01T10:16:00Z'), 'UTC');
    expect([new Date(span.from).toISOString(), new Date(span.to).toISOString()]).toEqual([
      '2026-07-01T09:30:00.000Z',
      '2026-07-01T10:30:00.000Z',
    ]);
    expect(bucketsOf(span).to - bucketsOf(span).from).toBe(4);
  });

  it('refuses custom windows off the bucket edges', () => {
    const at = Date.parse('2026-07-01T10:00:00Z');
    expect(resolveWindow('custom', at, 'UTC', { from: at, to: at + BUCKET_MS })).toEqual({
      name: 'custom',
      from: at,
      to: at + BUCKET_MS,
    });
    expect(() => resolveWindow('custom', at, 'UTC')).toThrow(/from and to/);
    expect(() => resolveWindow('custom', at, 'UTC', { from: at, to: at })).toThrow(/before/);
    expect(() => resolveWindow('custom', at, 'UTC', { from: at + 1, to: at + BUCKET_MS })).toThrow(/quarters/);
  });
});
