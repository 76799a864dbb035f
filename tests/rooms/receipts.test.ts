import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TargetVersion } from '../../server/attainment/definitions/targets.ts';
import { kpiSteps, recompute, recomputeSteps, scoreSteps } from '../../server/attainment/receipts/rules.ts';
import type { Definitions } from '../../server/attainment/scoring/plan.ts';
import { planFor } from '../../server/attainment/scoring/plan.ts';
import { measureOf, scoreOf } from '../../server/attainment/scoring/scoring.ts';
import { BUILT_IN } from '../../server/facts/kpis/catalogue.ts';
import { measureFrom } from '../../server/facts/kpis/measure.ts';
import { FACT_NAMES } from '../../src/lib/contract/facts.ts';
import type { Performance } from '../../src/lib/contract/performance.ts';
import type { Receipt } from '../../src/lib/contract/receipts.ts';
import { call, newScoredFloor, type ScoredFloor } from '../scored-floor.ts';

let floor: ScoredFloor;
beforeAll(async () => {
  floor = await newScoredFloor();
  await floor.api('PUT', '/api/v1/targets', [{ kpi: 'aht', floor: 300_000, target: 270_000, stretch: 240_000 }]);
  await floor.api('PUT', '/api/v1/scorecards/agent', {
    kpis: [
      { kpi: 'aht', weight: 3 },
      { kpi: 'occupancy', weight: 1 },
    ],
  });
  await floor.api('PUT', '/api/v1/kpis/claims_aht', {
    name: 'AHT in claims',
    unit: 'ms',
    better: 'lower',
    kind: 'mean',
    value: '(talk_ms + acw_ms) / handled',
    sample: 'handled',
    minSample: 2,
    filter: { queues: ['claims'] },
  });
  const calls = Array.from({ length: 14 }, (_, n) =>
    call(`a${n}`, '1001', {
      at: `2026-03-11T0${7 + (n % 3)}:${10 + n}:00Z`,
      talkMs: 230_001 + n * 777,
      queue: n % 4 === 0 ? 'claims' : 'billing',
    }),
  );
  await floor.told(...calls, call('x', '9999'), call('b', '1002'));
});
afterAll(() => floor.close());

const receipt = async (query: string, hand = floor.api): Promise<Receipt> => {
  const { status, body } = await hand('GET', `/api/v1/receipts?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};
const performance = async (path: string): Promise<Performance> =>
  (await floor.api('GET', `/api/v1/${path}/performance`)).body;

describe('a receipt of a KPI', () => {
  it('says in one sentence what it is, then how it came about', async () => {
    const aht = await receipt('subject=person:ana&measure=kpi:aht');
    expect(aht.sentence).toBe('Ana: average handle time is 4:15 over 14 contacts; the target is 4:30.');
    expect(aht).toMatchObject({
      subject: 'person:ana',
      measure: 'kpi:aht',
      sample: 14,
      exclusions: [],
      eventsTotal: 14,
      next: null,
    });
    expect(aht.definition).toEqual({ id: 'aht', version: 0, text: '(talk_ms + hold_ms + acw_ms) / handled' });
    expect(aht.target).toEqual({
      version: 1,
      of: 'organisation',
      marks: { floor: 300_000, target: 270_000, stretch: 240_000 },
    });
    expect(aht.shrinkage).toEqual({ n: 14, m0: 270_000, n0: 10, from: 'target' });
    expect(aht.facts).toEqual({ talk_ms: 3_290_721, hold_ms: 0, acw_ms: 280_000, handled: 14 });
    expect(aht.steps.map((step) => step.label)).toEqual(['Value', 'Sample', 'Scored value', 'Attainment in per-mille']);
    expect(aht.steps[0]?.filled).toBe('(3290721 + 0 + 280000) / 14');
    expect(recompute(aht)).toBe(aht.value);
  });

  it('speaks to the person themselves', async () => {
    const ana = await floor.signedIn('ana', ['agent'], 'red');
    expect((await receipt('subject=person:ana&measure=kpi:aht', ana)).sentence).toMatch(/^Your average handle time is/);
    expect((await ana('GET', '/api/v1/receipts?subject=person:ben&measure=kpi:aht')).status).toBe(403);
  });

  it('shows the events behind it page by page, and they add up to its facts', async () => {
    const seen: Receipt['events'] = [];
    for (let cursor = ''; ; ) {
      const page = await receipt(`subject=person:ana&measure=kpi:aht&limit=5${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.events);
      if (!page.next) break;
      cursor = page.next;
    }
    expect(seen).toHaveLength(14);
    expect(seen.reduce((sum, event) => sum + (event.facts.talk_ms ?? 0), 0)).toBe(3_290_721);
    expect(new Set(seen.map((event) => event.id)).size).toBe(14);
  });

  it('says what a filter leaves out', async () => {
    const claims = await receipt('subject=person:ana&measure=kpi:claims_aht');
    expect(claims.exclusions).toEqual([{ why: expect.stringMatching(/outside the filter/), count: 10 }]);
    expect(claims).toMatchObject({ sample: 4, eventsTotal: 4 });
    expect(recompute(claims)).toBe(claims.value);
  });

  it('of a queue tells the legs that nobody answers for', async () => {
    const billing = await receipt('subject=queue:billing&measure=kpi:aht');
    expect(billing.exclusions).toEqual([{ why: expect.stringMatching(/no person answers for/), count: 1 }]);
    expect(billing.eventsTotal).toBe(12);
  });

  it('without a value says so', async () => {
    const csat = await receipt('subject=person:ana&measure=kpi:csat');
    expect(csat).toMatchObject({
      value: null,
      sentence: 'Ana: customer satisfaction has no value in this window.',
      events: [],
    });
    expect(recompute(csat)).toBeNull();
  });

  it('is refused for what is none', async () => {
    const status = async (query: string) => (await floor.api('GET', `/api/v1/receipts?${query}`)).status;
    expect(await status('subject=person:ana&measure=kpi:nothing')).toBe(404);
    expect(await status('subject=person:ana&measure=aht')).toBe(400);
    expect(await status('subject=person:nobody&measure=score')).toBe(404);
    expect(await status('measure=score')).toBe(403);
    expect(await status('subject=planet:x&measure=score')).toBe(403);
  });

  it('of a team hides the events of its people from whoever sees only the sums', async () => {
    const eve = await floor.signedIn('eve', ['agent'], 'red');
    await floor.api(
      'PUT',
      '/api/v1/people',
      ['d', 'e', 'f'].map((id) => ({ id, name: id, roles: ['agent'], team: 'red' })),
    );
    await floor.settle();
    expect(await receipt('subject=team:red&measure=kpi:aht', eve)).toMatchObject({
      events: [],
      eventsTotal: 15,
      sample: 15,
    });
    const rita = await floor.signedIn('rita', ['supervisor'], 'red');
    expect((await receipt('subject=team:red&measure=kpi:aht', rita)).events).toHaveLength(15);
  });
});

describe('a receipt of a score', () => {
  it('weighs the attainments that the screen shows', async () => {
    const score = await receipt('subject=person:ana&measure=score');
    const shown = await performance('people/ana');
    expect(score.value).toBe(shown.score);
    expect(recompute(score)).toBe(shown.score);
    expect(score.definition).toMatchObject({ id: 'scorecard:agent', version: 1 });
    expect(score.steps.at(-1)?.filled).toMatch(/^\(3 \* \d+/);
  });

  it('of somebody without a value is none', async () => {
    expect(await receipt('subject=person:cleo&measure=score')).toMatchObject({ value: null, eventsTotal: 0 });
    expect(await receipt('subject=queue:billing&measure=score')).toMatchObject({
      value: null,
      steps: [],
      definition: null,
    });
  });
});

const kpis = new Map(
  [...BUILT_IN].map(([id, kpi]) => {
    const definition = { ...kpi, ...(['aht', 'transfer_rate'].includes(id) ? { caseMix: true } : {}) };
    return [id, measureFrom({ definition, version: 0, effectiveFrom: null, builtIn: true })];
  }),
);
const sixth = (most: number) => fc.integer({ min: 0, max: most * 1e6 }).map((n) => n / 1e6);
const row = fc.record({
  queue: fc.constantFrom('billing', 'claims', 'new'),
  channel: fc.constantFrom('voice', 'chat'),
  facts: fc.dictionary(fc.constantFrom(...FACT_NAMES), fc.nat(1e9), { minKeys: 20 }),
});
const target = (kpi: string, better: string) =>
  fc.tuple(sixth(1000), sixth(100), sixth(100)).map(([a, up, further]): TargetVersion => {
    const [b, c] = [a + up + 0.01, a + up + further + 0.02].map((n) => Math.round(n * 1e6) / 1e6) as [number, number];
    const marks =
      better === 'range'
        ? { low: a, high: b, tolerance: c }
        : better === 'higher'
          ? { floor: a, target: b, stretch: c }
          : { floor: c, target: b, stretch: a };
    return {
      kpi,
      of: { kind: 'organisation', id: '' },
      rampDays: null,
      marks,
      version: 1,
      effectiveFrom: null,
      name: 'organisation',
    };
  });
const randomWorld = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 5 }),
  targets: fc.tuple(...[...kpis.values()].map((kpi) => target(kpi.id, kpi.definition.better))),
  baseline: fc.option(fc.dictionary(fc.constantFrom(...kpis.keys()), sixth(1000))),
  weights: fc.uniqueArray(fc.constantFrom(...kpis.keys()), { minLength: 1, maxLength: 6 }),
});

describe('receipts of random worlds', () => {
  it('recompute exactly what is shown', () => {
    fc.assert(
      fc.property(randomWorld, ({ rows, targets, baseline, weights }) => {
        const scorecard = {
          role: 'agent',
          kpis: weights.map((kpi, n) => ({ kpi, weight: n + 1 })),
          gates: [],
          version: 1,
          effectiveFrom: null,
        };
        const definitions: Definitions = {
          span: { name: 'day', from: 0, to: 86_400_000 },
          kpis,
          plans: new Map(),
          targets: Map.groupBy(targets, (t) => t.kpi),
          scorecards: new Map([['agent', scorecard]]),
          baselines: new Map(
            baseline
              ? [
                  [
                    'agent|s',
                    {
                      role: 'agent',
                      site: 's',
                      from: 0,
                      values: { ...baseline },
                      queues: { aht: { billing: 250.5, claims: 333.333333 }, transfer_rate: { claims: 0.1 } },
                    },
                  ],
                ]
              : [],
          ),
        };
        const plan = planFor(definitions, {
          kind: 'person',
          id: 'ana',
          role: 'agent',
          team: 't',
          site: 's',
          startedOn: null,
        });
        const sums: Record<string, number> = {};
        for (const { facts } of rows) for (const [name, n] of Object.entries(facts)) sums[name] = (sums[name] ?? 0) + n;
        const figures = { sums, rows };
        for (const item of plan.items.values()) {
          const measured = measureOf(item, figures, 1e15);
          const steps = kpiSteps(item, figures, measured);
          expect(recomputeSteps({ steps })).toEqual(steps.map((step) => step.result));
          const definition = { id: item.measure.id, version: 0, text: item.measure.definition.value };
          expect(recompute({ measure: `kpi:${item.measure.id}`, steps, definition, facts: sums })).toBe(measured.value);
        }
        const scored = scoreOf(plan, figures, 1e15);
        const parts = plan.card.map((item) => {
          const measured = measureOf(item, figures, 1e15);
          return { item, measured, steps: kpiSteps(item, figures, measured) };
        });
        expect(recompute({ measure: 'score', steps: scoreSteps(parts), definition: null, facts: sums })).toBe(
          scored.score,
        );
      }),
      { numRuns: 200 },
    );
  });
});
