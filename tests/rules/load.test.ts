import { fc, it as prop } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { openBehind } from '../../server/log/behind.ts';
import {
  CALM,
  CLASSES,
  classOf,
  type Held,
  hasRoom,
  isAdmitted,
  type Level,
  levelOf,
  nextLevel,
  type Pressure,
  pace,
  ROOM,
  retryAfter,
  roomAt,
} from '../../server/people/load/rules.ts';

const calm: Pressure = { delayMs: 0, calls: 0, rows: 0, behindMs: 0 };
const looks = (held: Held, pressures: Pressure[]) => pressures.reduce(nextLevel, held);
const times = (n: number, pressure: Pressure) => Array.from({ length: n }, () => pressure);
const pressures = fc.record({
  delayMs: fc.integer({ min: 0, max: 10_000 }),
  calls: fc.integer({ min: 0, max: 1_000 }),
  rows: fc.double({ min: 0, max: 1.2, noNaN: true }),
  behindMs: fc.integer({ min: 0, max: 30_000 }),
});

describe('what a call is worth', () => {
  it.each([
    ['GET', '/healthz', {}, 'vital'],
    ['POST', '/api/v1/events', {}, 'ingest'],
    ['GET', '/today', {}, 'people'],
    ['GET', '/api/v1/people/:id/performance', {}, 'people'],
    ['GET', '/api/v1/people/:id/performance', { window: 'week' }, 'people'],
    ['GET', '/api/v1/people/:id/performance', { window: 'quarter' }, 'reports'],
    ['GET', '/api/v1/people/:id/performance', { window: ['quarter'] }, 'people'],
    ['GET', '/api/v1/people', { format: 'csv' }, 'reports'],
    ['GET', '/api/v1/people/:id/trends', {}, 'reports'],
    ['GET', '/api/v1/receipts', {}, 'reports'],
    ['POST', '/api/v1/imports', {}, 'reports'],
    ['POST', '/api/v1/session', {}, 'people'],
    ['PUT', '/api/v1/people', {}, 'people'],
  ])('%s %s %j is %s', (method, route, query, kind) => {
    expect(classOf({ method, route, query })).toBe(kind);
  });

  it('goes by level: reports first, then people, then live, then events, and never what is vital', () => {
    const admitted = ([0, 1, 2, 3, 4] as Level[]).map((level) =>
      CLASSES.filter((kind) => isAdmitted(kind, { level, tooFarBehind: false })),
    );
    expect(admitted).toEqual([
      ['vital', 'ingest', 'live', 'people', 'reports'],
      ['vital', 'ingest', 'live', 'people'],
      ['vital', 'ingest', 'live'],
      ['vital', 'ingest'],
      ['vital'],
    ]);
  });
});

describe('the level', () => {
  it('rises by what waits for the log, by how far the figures are behind, and by lateness only where many ask', () => {
    expect(levelOf(calm)).toBe(0);
    expect(levelOf({ ...calm, rows: 0.4 })).toBe(1);
    expect(levelOf({ ...calm, rows: 0.9 })).toBe(3);
    expect(levelOf({ ...calm, behindMs: 2_000 })).toBe(1);
    expect(levelOf({ ...calm, behindMs: 60_000 })).toBe(1);
    expect(levelOf({ ...calm, delayMs: 5_000, calls: 3 })).toBe(0);
    expect(levelOf({ ...calm, delayMs: 5_000, calls: 16 })).toBe(4);
  });

  it('waits for two looks up, one step each, and for four looks down', () => {
    const flood = { ...calm, rows: 1 };
    expect(looks(CALM, [flood]).level).toBe(0);
    expect(looks(CALM, [flood, calm, flood]).level).toBe(0);
    expect(looks(CALM, times(2, flood)).level).toBe(1);
    expect(looks(CALM, times(8, flood)).level).toBe(4);
    expect(looks(looks(CALM, times(8, flood)), times(3, calm)).level).toBe(4);
    expect(looks(looks(CALM, times(8, flood)), times(4, calm)).level).toBe(3);
    // with a look twice a second all doors are open again eight seconds after the last flood
    expect(looks(looks(CALM, times(8, flood)), times(16, calm)).level).toBe(0);
  });

  it('takes no more events while the figures are far behind, until they are half as far; people go on reading', () => {
    const late = { ...calm, behindMs: 5_000 };
    const far = nextLevel(CALM, late);
    expect(isAdmitted('ingest', far)).toBe(false);
    expect(isAdmitted('ingest', nextLevel(far, { ...late, behindMs: 2_500 }))).toBe(false);
    expect(isAdmitted('ingest', nextLevel(far, { ...late, behindMs: 2_499 }))).toBe(true);
    expect(isAdmitted('ingest', nextLevel(CALM, { ...late, behindMs: 4_999 }))).toBe(true);
    expect(isAdmitted('people', looks(CALM, times(50, late)))).toBe(true);
    expect(isAdmitted('reports', looks(CALM, times(50, late)))).toBe(false);
  });

  it('stays where the pressure is between a bound and its half', () => {
    const held = looks(CALM, times(2, { ...calm, rows: 0.45 }));
    expect(looks(held, times(100, { ...calm, rows: 0.3 })).level).toBe(1);
    expect(looks(held, times(4, { ...calm, rows: 0.19 })).level).toBe(0);
  });

  prop.prop([fc.array(pressures, { maxLength: 60 })])(
    'moves by one step at most, and any storm is over after 16 calm looks',
    (storm) => {
      let held = CALM;
      for (const pressure of storm) {
        const next = nextLevel(held, pressure);
        expect(Math.abs(next.level - held.level)).toBeLessThanOrEqual(1);
        held = next;
      }
      expect(looks(held, times(16, calm))).toEqual(CALM);
    },
  );

  prop.prop([pressures, pressures])('never falls when everything grows', (a, b) => {
    const more = {
      delayMs: a.delayMs + b.delayMs,
      calls: a.calls + b.calls,
      rows: a.rows + b.rows,
      behindMs: a.behindMs + b.behindMs,
    };
    expect(levelOf(more)).toBeGreaterThanOrEqual(levelOf(a));
  });
});

describe('room', () => {
  it('is bounded in calls and in bytes, and a call alone is taken', () => {
    expect(hasRoom(ROOM.ingest, { calls: 0, bytes: 0 }, 1e9)).toBe(true);
    expect(hasRoom(ROOM.ingest, { calls: 1, bytes: ROOM.ingest.bytes }, 1)).toBe(false);
    expect(hasRoom(ROOM.ingest, { calls: ROOM.ingest.calls, bytes: 0 }, 0)).toBe(false);
    expect(hasRoom(ROOM.reports, { calls: ROOM.reports.calls - 1, bytes: 0 }, 0)).toBe(true);
  });
});

describe('the event door', () => {
  it('takes on what can be done within half a second, between two bounds', () => {
    expect([0, 1e6, 40e6, 1e9].map((perSecond) => roomAt(perSecond).bytes)).toEqual([8e6, 8e6, 20e6, 64e6]);
  });
  it('learns what it can do by what it did, and forgets nothing while nobody asks', () => {
    let perSecond = 0;
    for (let look = 0; look < 20; look++) perSecond = pace(perSecond, { bytes: 5e6, ms: 500 });
    expect(perSecond).toBeGreaterThan(9.9e6);
    expect(pace(perSecond, { bytes: 0, ms: 500 })).toBe(perSecond);
  });
});

describe('when to come back', () => {
  prop.prop([fc.constantFrom(...CLASSES), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })])(
    'is whole seconds, at least one, and spread',
    (kind, random) => {
      const seconds = retryAfter(kind, random);
      expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 24).toBe(true);
      expect(retryAfter(kind, 0)).toBeLessThan(retryAfter(kind, 0.999));
    },
  );
  it('is later for a report than for events', () =>
    expect(retryAfter('reports', 0)).toBeGreaterThan(retryAfter('ingest', 0.99)));
});

describe('how far the figures are behind', () => {
  it('is the age of the oldest event that is not reflected, and nothing where the flow stands', () => {
    let now = 0;
    let reflected = 0;
    const behind = openBehind({ at: () => reflected }, () => now);
    expect(behind.ms()).toBe(0);
    behind.wrote(1, 10);
    now = 1_000;
    behind.wrote(1, 20);
    now = 3_000;
    expect(behind.ms()).toBe(3_000);
    reflected = 10;
    expect(behind.ms()).toBe(2_000);
    now = 7_999;
    expect(behind.ms()).toBe(6_999);
    now = 8_001;
    expect(behind.ms()).toBe(0);
    reflected = 20;
    expect(behind.ms()).toBe(0);
  });
});
