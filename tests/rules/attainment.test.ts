import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_TARGETS, type TargetVersion } from '../../server/attainment/definitions/defaults.ts';
import { type Subject, targetFor } from '../../server/attainment/definitions/targets.ts';
import {
  attainmentOf,
  exactAttainment,
  lineOf,
  refusalOfMarks,
  statusOf,
} from '../../server/attainment/scoring/marks.ts';
import { type Definitions, planFor } from '../../server/attainment/scoring/plan.ts';
import { eligible, lifts, scoreOfLines } from '../../server/attainment/scoring/rules.ts';
import { intervalOf, measureOf, scoreOf } from '../../server/attainment/scoring/scoring.ts';
import { BUILT_IN } from '../../server/facts/kpis/catalogue.ts';
import { measureFrom } from '../../server/facts/kpis/measure.ts';
import { decimal } from '../../server/facts/kpis/rational.ts';
import { inForce } from '../../server/facts/versions/rules.ts';
import { effectiveFrom } from '../../server/facts/versions/versions.ts';
import type { Marks } from '../../src/lib/contract/performance.ts';

const RISING = { floor: 0.7, target: 0.8, stretch: 0.9 };
const FALLING = { floor: 300_000, target: 270_000, stretch: 240_000 };
const RANGE = { low: 0.75, high: 0.85, tolerance: 0.1 };
const higher = lineOf('higher', RISING);
const lower = lineOf('lower', FALLING);
const range = lineOf('range', RANGE);
const at = (line: typeof higher, value: number) => {
  const { num, den } = decimal(value);
  return attainmentOf(line, num, den);
};
const status = (line: typeof higher, value: number) => {
  const { num, den } = decimal(value);
  return statusOf(line, num, den);
};

describe('attainment', () => {
  it('goes through the marks, on at the lower slope to 0, and is capped', () => {
    expect([0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.99].map((v) => at(higher, v))).toEqual([
      0, 0, 250, 500, 750, 1000, 1100, 1200, 1200,
    ]);
  });

  it('is mirrored where lower is better', () => {
    expect([400_000, 315_000, 300_000, 285_000, 270_000, 255_000, 240_000, 1].map((v) => at(lower, v))).toEqual([
      0, 250, 500, 750, 1000, 1100, 1200, 1200,
    ]);
  });

  it('of a range is 1000 inside, 500 at the tolerance, and never more', () => {
    expect([0.5, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.2].map((v) => at(range, v))).toEqual([
      0, 500, 750, 1000, 1000, 1000, 750, 500, 0,
    ]);
  });

  it('is rounded once, half away from zero', () => {
    const line = lineOf('higher', { floor: 0, target: 1000, stretch: 2000 });
    expect(attainmentOf(line, 1, 1)).toBe(501);
    expect(attainmentOf(line, 999_999, 1_000_000)).toBe(500);
  });

  it('has a status from the same marks', () => {
    expect([0.69, 0.7, 0.79, 0.8, 0.89, 0.9].map((v) => status(higher, v))).toEqual([
      'below',
      'near',
      'near',
      'met',
      'met',
      'exceeded',
    ]);
    expect([300_001, 300_000, 270_000, 240_000].map((v) => status(lower, v))).toEqual([
      'below',
      'near',
      'met',
      'exceeded',
    ]);
    expect([0.64, 0.65, 0.75, 0.85, 0.95, 0.96].map((v) => status(range, v))).toEqual([
      'below',
      'near',
      'met',
      'met',
      'near',
      'below',
    ]);
  });

  const marks = fc
    .tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }))
    .map(
      ([floor, up, further]): Marks => ({
        floor: floor / 100,
        target: (floor + up) / 100,
        stretch: (floor + up + further) / 100,
      }),
    );
  const value = fc
    .tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 1, max: 1e5 }))
    .map(([num, den]) => ({ num, den }));

  it('is bounded, never falls as the value rises, and the quick way equals the exact one', () => {
    fc.assert(
      fc.property(marks, value, fc.nat(1000), (given, { num, den }, more) => {
        const line = lineOf('higher', given);
        const here = attainmentOf(line, num, den);
        expect(here).toBe(exactAttainment(line, { num, den }));
        expect(here).toBeGreaterThanOrEqual(0);
        expect(here).toBeLessThanOrEqual(1200);
        expect(attainmentOf(line, num + more, den)).toBeGreaterThanOrEqual(here);
      }),
    );
  });

  it('is the same in the mirror', () => {
    fc.assert(
      fc.property(marks, value, (given, { num, den }) => {
        const { floor, target, stretch } = given as typeof RISING;
        const mirrored = lineOf('lower', { floor: -floor, target: -target, stretch: -stretch });
        expect(attainmentOf(mirrored, -num, den)).toBe(attainmentOf(lineOf('higher', given), num, den));
      }),
    );
  });
});

describe('marks', () => {
  it('must be strictly in order, in the direction of better', () => {
    expect(refusalOfMarks('higher', RISING)).toBeNull();
    expect(refusalOfMarks('lower', FALLING)).toBeNull();
    expect(refusalOfMarks('range', RANGE)).toBeNull();
    expect(refusalOfMarks('higher', FALLING)).toBe('marks_out_of_order');
    expect(refusalOfMarks('lower', RISING)).toBe('marks_out_of_order');
    expect(refusalOfMarks('higher', { floor: 1, target: 1, stretch: 2 })).toBe('marks_out_of_order');
    expect(refusalOfMarks('higher', { floor: 1, target: 1.0000001, stretch: 2 })).toBe('marks_out_of_order');
    expect(refusalOfMarks('range', { low: 1, high: 1, tolerance: 1 })).toBe('marks_out_of_order');
    expect(refusalOfMarks('range', { low: 1, high: 2, tolerance: 0 })).toBe('marks_out_of_order');
    expect(refusalOfMarks('range', RISING)).toBe('marks_not_a_range');
    expect(refusalOfMarks('higher', RANGE)).toBe('marks_a_range');
    expect(refusalOfMarks('higher', { floor: 1, target: 2, stretch: Number.POSITIVE_INFINITY })).toBe(
      'marks_too_large',
    );
  });
});

describe('versions', () => {
  const v = (version: number, from: number | null) => ({ version, effectiveFrom: from });

  it('count at the last instant of a window', () => {
    const versions = [v(1, null), v(2, 100), v(3, 200)];
    expect(inForce(versions, 100)?.version).toBe(1);
    expect(inForce(versions, 101)?.version).toBe(2);
    expect(inForce([...versions].reverse(), 500)?.version).toBe(3);
    expect(inForce([v(1, 100)], 50)).toBeNull();
    expect(inForce([v(2, 100), v(3, 100)], 500)?.version).toBe(3);
  });

  it('begin with time for the first, and not before now for a later one', () => {
    expect(effectiveFrom(null, 100, true)).toBeNull();
    expect(effectiveFrom(50, 100, true)).toBeNull();
    expect(effectiveFrom(150, 100, true)).toBe(150);
    expect(effectiveFrom(50, 100, false)).toBe(100);
    expect(effectiveFrom(150, 100, false)).toBe(150);
    expect(effectiveFrom(null, 100, false)).toBe(100);
  });
});

describe('the target of a subject', () => {
  const day = 86_400_000;
  const target = (kind: TargetVersion['of']['kind'], id: string, rampDays: number | null = null): TargetVersion => ({
    kpi: 'aht',
    of: { kind, id },
    rampDays,
    marks: FALLING,
    version: 1,
    effectiveFrom: null,
    name: `${kind}:${id}${rampDays ?? ''}`,
  });
  const all = [
    target('organisation', ''),
    target('role', 'agent'),
    target('team', 'red'),
    target('person', 'ana'),
    target('role', 'agent', 90),
    target('role', 'agent', 30),
    target('queue', 'q'),
    target('site', 's'),
  ];
  const person = (id: string, team: string, startedOn: string | null = null): Subject => ({
    kind: 'person',
    id,
    role: 'agent',
    team,
    site: 's',
    startedOn,
  });
  const named = (subject: Subject, targets = all) => targetFor(targets, subject, 20 * day)?.name;

  it('is the most specific one', () => {
    expect(named(person('ana', 'red'))).toBe('person:ana');
    expect(named(person('ben', 'red'))).toBe('team:red');
    expect(named(person('ben', 'blue'))).toBe('role:agent');
    expect(named({ ...person('ben', 'blue'), role: 'trainer' } as Subject)).toBe('organisation:');
    expect(named({ kind: 'team', id: 'red', site: 's' })).toBe('team:red');
    expect(named({ kind: 'queue', id: 'q', site: 's' })).toBe('queue:q');
    expect(named({ kind: 'queue', id: 'z', site: 's' })).toBe('organisation:');
    expect(named({ kind: 'site', id: 's' })).toBe('site:s');
    expect(named(person('ben', 'blue'), [])).toBeUndefined();
  });

  it('of somebody new is the shortest ramp that still holds', () => {
    expect(named(person('new', 'red', '1970-01-10'))).toBe('role:agent30');
    expect(named(person('new', 'red', '1969-12-02'))).toBe('role:agent90');
    expect(named(person('new', 'red', '1960-01-01'))).toBe('team:red');
  });
});

describe('a score', () => {
  const line = (weight: number, attainment: number | null) => ({ weight, attainment });

  it('is the weighed mean with one decimal over what has a value', () => {
    expect(scoreOfLines([line(40, 1114), line(15, 942), line(45, null)])).toBe(106.7);
    expect(scoreOfLines([line(1, 1000), line(1, 1001)])).toBe(100.1);
    expect(scoreOfLines([line(1, 1200)])).toBe(120);
  });

  it('needs values for half of the weight', () => {
    expect(scoreOfLines([line(1, 1000), line(1, null)])).toBe(100);
    expect(scoreOfLines([line(1, 1000), line(2, null)])).toBeNull();
    expect(scoreOfLines([])).toBeNull();
  });

  it('tells what each line would gain at target', () => {
    expect(lifts([line(1, 500), line(1, 1100), line(2, null)])).toEqual([25, null, null]);
    expect(lifts([line(1, 500), line(3, null)])).toEqual([null, null]);
  });

  it('counts only with enough sample under half of the weight and no gate missed', () => {
    expect(
      eligible(
        [
          { weight: 1, enough: true },
          { weight: 1, enough: false },
        ],
        0,
      ),
    ).toBe(true);
    expect(
      eligible(
        [
          { weight: 1, enough: true },
          { weight: 2, enough: false },
        ],
        0,
      ),
    ).toBe(false);
    expect(eligible([{ weight: 1, enough: true }], 1)).toBe(false);
    expect(eligible([], 0)).toBe(false);
  });

  it('does not depend on the order of the lines', () => {
    const lines = fc.array(
      fc.record({
        weight: fc.integer({ min: 1, max: 1000 }),
        attainment: fc.option(fc.integer({ min: 0, max: 1200 })),
      }),
    );
    fc.assert(fc.property(lines, (given) => scoreOfLines([...given].reverse()) === scoreOfLines(given)));
  });
});

const DAY = { name: 'day', from: 0, to: 86_400_000 };
const target = (kpi: string, marks: Marks): TargetVersion => ({
  kpi,
  of: { kind: 'organisation', id: '' },
  rampDays: null,
  marks,
  version: 1,
  effectiveFrom: null,
  name: 'organisation',
});

function world(
  more: Partial<Definitions> & {
    gates?: { kpi: string; mark: 'floor' | 'target' | 'stretch' }[];
    kpis?: Definitions['kpis'];
  } = {},
): Definitions {
  const kpis = new Map(
    [...BUILT_IN].map(([id, definition]) => [
      id,
      measureFrom({ definition, version: 0, effectiveFrom: null, builtIn: true }),
    ]),
  );
  const targets = [
    ...DEFAULT_TARGETS,
    target('aht', FALLING),
    target('transfer_rate', { floor: 0.2, target: 0.1, stretch: 0.05 }),
  ];
  const scorecard = {
    role: 'agent',
    kpis: [
      { kpi: 'aht', weight: 3 },
      { kpi: 'csat', weight: 1 },
    ],
    gates: more.gates ?? [],
    version: 1,
    effectiveFrom: null,
  };
  return {
    span: DAY,
    kpis,
    targets: Map.groupBy(targets, (t) => t.kpi),
    scorecards: new Map([['agent', scorecard]]),
    baselines: new Map(),
    plans: new Map(),
    ...more,
  };
}
const ana: Subject = { kind: 'person', id: 'ana', role: 'agent', team: 'red', site: 's', startedOn: null };
const item = (id: string, definitions = world()) => {
  const found = planFor(definitions, ana).items.get(id);
  if (!found) throw new Error(id);
  return found;
};
const calm = { handled: 40, talk_ms: 40 * 250_000, short: 1, transferred_out: 2 };

describe('a KPI of a person', () => {
  it('shows the raw value and weighs the shrunk one, towards the target while there is no baseline', () => {
    const measured = measureOf(item('aht'), { sums: calm }, 0);
    // (250,000 x 40 + 270,000 x 10) / 50
    expect(measured).toMatchObject({
      value: 250_000,
      sample: 40,
      scored: 254_000,
      attainment: 1107,
      status: 'met',
      provisional: false,
      held: null,
    });
  });

  it('goes by the baseline of role and site once there is one', () => {
    const baselines = new Map([
      ['agent|s', { role: 'agent', site: 's', from: 0, values: { aht: 300_000 }, queues: {} }],
    ]);
    expect(measureOf(item('aht', world({ baselines })), { sums: calm }, 0).scored).toBe(260_000);
  });

  it('that is an amount is no estimate, and is drawn towards nothing', () => {
    const baselines = new Map([
      ['agent|s', { role: 'agent', site: 's', from: 0, values: { handled: 9000 }, queues: {} }],
    ]);
    expect(measureOf(item('handled', world({ baselines })), { sums: calm }, 0)).toMatchObject({
      value: 40,
      scored: 40,
    });
  });

  it('is provisional below its least sample', () => {
    expect(measureOf(item('aht'), { sums: { handled: 9, talk_ms: 9 } }, 0).provisional).toBe(true);
    expect(measureOf(item('aht'), { sums: { handled: 10, talk_ms: 9 } }, 0).provisional).toBe(false);
    expect(measureOf(item('aht'), { sums: {} }, 0)).toMatchObject({
      value: null,
      sample: 0,
      scored: null,
      attainment: null,
      provisional: true,
    });
  });

  it('of first contact resolution is provisional until 7 days after the window', () => {
    const sums = { handled: 100, repeated: 10 };
    expect(measureOf(item('fcr'), { sums }, DAY.to + 7 * 86_400_000 - 1).provisional).toBe(true);
    expect(measureOf(item('fcr'), { sums }, DAY.to + 7 * 86_400_000).provisional).toBe(false);
  });

  it('is held while a guard is beyond its bound, by the exact test', () => {
    expect(measureOf(item('aht'), { sums: { ...calm, handled: 38, short: 5 } }, 0).held).toBeNull();
    expect(measureOf(item('aht'), { sums: { ...calm, handled: 38, short: 6 } }, 0).held).toEqual({
      guard: 'short_share',
      value: 0.157895,
      bound: 0.05,
    });
  });

  it('is held by guards without a bound only where the organisation set a target for them', () => {
    const sums = { ...calm, transferred_out: 20, repeated: 30 };
    expect(measureOf(item('aht'), { sums }, 0).held).toEqual({ guard: 'transfer_rate', value: 0.5, bound: 0.2 });
    const targets = Map.groupBy([target('aht', FALLING)], (t) => t.kpi);
    expect(measureOf(item('aht', world({ targets })), { sums }, 0).held).toBeNull();
  });

  it('reads only the queues and channels of its filter', () => {
    const definition = {
      ...(BUILT_IN.get('aht') as NonNullable<ReturnType<typeof BUILT_IN.get>>),
      filter: { queues: ['claims'], channels: ['voice'] },
    };
    const kpis = new Map([['aht', measureFrom({ definition, version: 1, effectiveFrom: null, builtIn: false })]]);
    const rows = [
      { queue: 'claims', channel: 'voice', facts: { handled: 1, talk_ms: 100 } },
      { queue: 'claims', channel: 'chat', facts: { handled: 1, talk_ms: 900 } },
      { queue: 'billing', channel: 'voice', facts: { handled: 1, talk_ms: 800 } },
    ];
    const definitions = world({ kpis });
    expect(planFor(definitions, ana).needs.rows).toBe(true);
    expect(measureOf(item('aht', definitions), { sums: { handled: 3, talk_ms: 1800 }, rows }, 0)).toMatchObject({
      value: 100,
      sample: 1,
    });
  });

  it('has an interval: by Wilson for proportions, over buckets for the others', () => {
    expect(intervalOf(item('transfer_rate'), { sums: calm })).toEqual([0.013821, 0.165039]);
    expect(intervalOf(item('aht'), { sums: calm })).toBeNull();
    const buckets = [10, 12, 9, 11, 10].map((talk) => ({ sums: { talk_ms: talk, handled: 2 } }));
    expect(intervalOf(item('aht'), { sums: {}, buckets })).toEqual([4.492143, 5.907857]);
  });
});

describe('gates', () => {
  const gated = world({ gates: [{ kpi: 'csat', mark: 'floor' }] });
  const score = (csat: object, definitions = gated, buckets?: { sums: object }[]) =>
    scoreOf(
      planFor(definitions, ana),
      { sums: { ...calm, ...csat }, ...(buckets ? { buckets: buckets as [] } : {}) },
      0,
    );

  it('on a proportion are missed only when the exact test says so', () => {
    expect(score({ csat_n: 10, csat_top: 5 }).gates).toEqual([]);
    const missed = score({ csat_n: 10, csat_top: 3 });
    expect(missed.gates).toEqual([{ kpi: 'csat', mark: 'floor' }]);
    expect(missed.eligible).toBe(false);
    expect(missed.score).not.toBeNull();
  });

  it('do not hang on provisional values', () => {
    expect(score({ csat_n: 4, csat_top: 0 }).gates).toEqual([]);
  });

  it('on a mean are missed when the whole interval lies beyond the mark', () => {
    const definitions = world({ gates: [{ kpi: 'aht', mark: 'floor' }] });
    const slow = [1, 2, 3, 4, 5].map((n) => ({ sums: { handled: 8, talk_ms: 8 * 400_000 + n } }));
    const sums = { handled: 40, talk_ms: 40 * 400_000 };
    expect(planFor(definitions, ana).needs.buckets).toBe(true);
    expect(score(sums, definitions, slow).gates).toHaveLength(1);
    expect(score(sums, definitions).gates).toEqual([]);
  });
});
