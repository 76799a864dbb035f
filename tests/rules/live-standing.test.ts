import { describe, expect, test } from 'vitest';
import { byLift, placeOf, sharesOf, ticksOf } from '../../src/lib/game/marks.ts';
import { groupsOf, stripOf, tiedRanks } from '../../src/lib/game/strip.ts';
import { layParts } from '../../src/lib/ui/arc.ts';
import { strokes } from '../../src/lib/ui/strokes.ts';

const aht = { floor: 330_000, target: 270_000, stretch: 225_000 };
const quality = { floor: 0.8, target: 0.9, stretch: 0.97 };

describe('the mark line', () => {
  test('puts better values further right, whichever way the marks run', () => {
    const places = (marks: typeof aht, values: number[]) => values.map((value) => placeOf(value, marks));
    expect(places(aht, [340_000, 300_000, 260_000, 200_000])).toEqual(
      places(aht, [340_000, 300_000, 260_000, 200_000]).toSorted(),
    );
    expect(placeOf(0.7, quality)).toBeLessThan(placeOf(0.85, quality));
  });
  test('has each mark at its own tick', () => {
    const ticks = ticksOf(aht, String);
    for (const [at, value] of [aht.floor, aht.target, aht.stretch].entries()) {
      expect(placeOf(value, aht)).toBeCloseTo(ticks[at]?.at ?? -1, 10);
    }
  });
  test('stays on the line far beyond the marks', () => {
    expect(placeOf(9_000_000, aht)).toBe(0);
    expect(placeOf(0, aht)).toBeLessThanOrEqual(1);
  });
  test('keeps a range in the middle and both sides out of it apart', () => {
    const range = { low: 0.75, high: 0.85, tolerance: 0.08 };
    expect(placeOf(0.8, range)).toBeCloseTo(0.5, 10);
    expect(placeOf(0.7, range)).toBeLessThan(placeOf(0.75, range));
    expect(placeOf(0.9, range)).toBeGreaterThan(placeOf(0.85, range));
  });
});

const kpi = (id: string, weight: number | null, attainment: number | null, lift: number | null = null) => ({
  ...{ id, name: id, words: '', unit: 'share', better: 'higher' as const, minSample: 1, weight, lift },
  ...{
    value: 1,
    sample: 1,
    interval: null,
    provisional: false,
    scored: 1,
    marks: null,
    attainment,
    status: null,
    held: null,
  },
});

describe('the parts of a score', () => {
  test('add up to the score', () => {
    const kpis = [kpi('a', 40, 1000), kpi('b', 30, 1200), kpi('c', 30, 400), kpi('d', 20, null), kpi('e', null, 900)];
    const score = (40 * 1000 + 30 * 1200 + 30 * 400) / 100 / 10;
    expect(sharesOf(kpis).reduce((sum, share) => sum + share.points, 0)).toBeCloseTo(score, 10);
  });
  test('lie end to end on the arc', () => {
    const [first, second] = layParts([{ size: 60 }, { size: 30 }], 120);
    expect(first?.from).toBe(0);
    expect(second?.from).toBeCloseTo(0.5, 10);
  });
  test('come in the order of what they would lift', () => {
    const order = byLift([kpi('free', null, 1), kpi('low', 5, 1, 0.2), kpi('high', 1, 1, 3)]).map(({ id }) => id);
    expect(order).toEqual(['high', 'low', 'free']);
  });
});

const entry = (subject: string, rank: number | null, value: number, more = {}) => ({
  ...{
    subject,
    rank,
    value,
    name: subject,
    team: null,
    scored: value,
    sample: 9,
    interval: null,
    movement: 0,
    gap: null,
  },
  ...{ provisional: false, held: null, ...more },
});

describe('a standing', () => {
  const held = { guard: 'short_share', value: 0.171, bound: 0.05 };
  const entries = [
    entry('a', 1, 200),
    entry('b', 2, 250),
    entry('c', 2, 250),
    entry('d', null, 90, { held }),
    entry('e', null, 300, { provisional: true }),
  ];
  test('keeps held and provisional rows apart from ranked ones', () => {
    const { ranked, held, provisional } = groupsOf(entries);
    expect([ranked, held, provisional].map((rows) => rows.map(({ subject }) => subject))).toEqual([
      ['a', 'b', 'c'],
      ['d'],
      ['e'],
    ]);
  });
  test('sees ties', () => expect([...tiedRanks(entries)]).toEqual([2]));
  test('has the better value on the right where lower is better', () => {
    const about = {
      measure: 'aht',
      name: '',
      unit: 'ms',
      better: 'lower' as const,
      mode: 'full',
      scope: 'org',
      subjectKind: 'person' as const,
    };
    const strip = stripOf({ about, entries, me: null }, 240);
    expect(strip?.place(200)).toBeGreaterThan(strip?.place(250) ?? 1);
    expect(strip?.mark).toBeCloseTo(strip?.place(240) ?? 0, 10);
  });
});

describe('a sparkline', () => {
  const frame = { target: null, flip: false, width: 100, height: 30, pad: 0 };
  test('breaks where there was no value, and shows a lone value as a dot', () => {
    const drawn = strokes([1, 2, null, 3, null, null], frame);
    expect(drawn.lines).toHaveLength(1);
    expect(drawn.dots).toHaveLength(1);
    expect(drawn.last).toEqual(drawn.dots[0]);
  });
  test('has better on top when flipped', () => {
    expect(strokes([1, 2], { ...frame, flip: true }).last?.y).toBe(30);
    expect(strokes([1, 2], frame).last?.y).toBe(0);
  });
  test('is empty without values', () => expect(strokes([null, null], frame).lines).toEqual([]));
});
