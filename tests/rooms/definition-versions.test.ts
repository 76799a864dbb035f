// What a definition was, is and will be; and the end of a scorecard.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definitionsFor } from '../../server/attainment/definitions/definitions.ts';
import { call, type Hand, newScoredFloor, type ScoredFloor } from '../scored-floor.ts';

const DAY_MS = 86_400_000;
const CARD = { kpis: [{ kpi: 'aht', weight: 1 }] };
let floor: ScoredFloor;
let boss: Hand;
beforeAll(async () => {
  floor = await newScoredFloor();
  boss = await floor.signedIn('mona', ['manager']);
  await floor.api('PUT', '/api/v1/targets', [
    { kpi: 'aht', floor: 300_000, target: 270_000, stretch: 240_000 },
    { kpi: 'transfer_rate', floor: 0.2, target: 0.1, stretch: 0.05 },
  ]);
});
afterAll(() => floor.close());

const inDays = (n: number) => new Date(floor.time.now + n * DAY_MS).toISOString();
const put = async (url: string, body: unknown) => (await boss('PUT', `/api/v1/${url}`, body)).body.items[0];
const versions = async (url: string) => (await boss('GET', `/api/v1/${url}`)).body.items;
const cardAt = async (role: string, at: number) => {
  const span = { name: 'day' as const, from: at, to: at + DAY_MS };
  return (await definitionsFor(floor.db.of(floor.orgId), floor.orgId, span)).scorecards.get(role)?.version ?? null;
};

describe('versions', () => {
  it('of a KPI: who said each, when, and until when it holds', async () => {
    await put('kpis/acw', { minSample: 4 });
    await put('kpis/acw', { minSample: 8, effectiveFrom: inDays(2) });
    const said = new Date(floor.time.now).toISOString();
    expect(await versions('kpis/acw/versions')).toMatchObject([
      { version: 0, builtIn: true, by: null, saidAt: null, effectiveFrom: null, until: null },
      { version: 1, minSample: 4, by: 'Mona', saidAt: said, effectiveFrom: null, until: inDays(2) },
      { version: 2, minSample: 8, by: 'Mona', saidAt: said, effectiveFrom: inDays(2), until: null },
    ]);
    expect((await boss('GET', '/api/v1/kpis/nothing/versions')).status).toBe(404);
  });

  it('of a target: of this one alone, its end too, and a key by its name', async () => {
    await put('targets', [{ kpi: 'aht', team: 'red', floor: 320_000, target: 280_000, stretch: 250_000 }]);
    await put('targets', [{ kpi: 'aht', team: 'red', ended: true, effectiveFrom: inDays(3) }]);
    expect(await versions('targets/versions?kpi=aht&team=red')).toMatchObject([
      { version: 1, team: 'red', floor: 320_000, until: inDays(3) },
      { version: 2, team: 'red', ended: true, effectiveFrom: inDays(3), until: null },
    ]);
    expect(await versions('targets/versions?kpi=aht')).toMatchObject([{ version: 1, by: 'test' }]);
    expect(await versions('targets/versions?kpi=csat')).toMatchObject([{ version: 0, by: null }]);
    expect(await versions('targets/versions?kpi=csat&role=agent&rampDays=30')).toEqual([]);
    expect((await boss('GET', '/api/v1/targets/versions?kpi=csat&team=red&role=agent')).status).toBe(400);
  });

  it('are for those who set them', async () => {
    const ana = await floor.signedIn('ana', ['agent'], 'red');
    for (const url of ['kpis/acw/versions', 'targets/versions?kpi=aht', 'scorecards/agent/versions'])
      expect((await ana('GET', `/api/v1/${url}`)).status).toBe(403);
  });
});

describe('what is said again', () => {
  it('counts where it is not in force by then, and is nothing where it is', async () => {
    const target = { kpi: 'csat', floor: 0.6, target: 0.7, stretch: 0.8 };
    expect((await put('targets', [target])).version).toBe(1);
    expect((await put('targets', [{ ...target, stretch: 0.9, effectiveFrom: inDays(5) }])).version).toBe(2);
    expect((await put('targets', [{ ...target, stretch: 0.9, effectiveFrom: inDays(5) }])).version).toBe(2);
    expect((await put('targets', [target])).version).toBe(1);
    expect(await put('targets', [{ ...target, stretch: 0.9 }])).toMatchObject({
      version: 3,
      effectiveFrom: inDays(0),
    });
  });
});

describe('the end of a scorecard', () => {
  it('leaves the role without a score from then on; windows that end before keep theirs', async () => {
    const { now } = floor.time;
    const at = new Date(now - 2 * DAY_MS).toISOString();
    await floor.told(...Array.from({ length: 12 }, (_, n) => call(`c${n}`, '1001', { at })));
    const scoreAt = async (at: number) =>
      (await floor.api('GET', `/api/v1/people/ana/performance?window=day&at=${new Date(at).toISOString()}`)).body.score;
    const before = await scoreAt(now - 2 * DAY_MS);
    expect(before).toEqual(expect.any(Number));
    expect(await put('scorecards/agent', { ended: true, effectiveFrom: inDays(2) })).toMatchObject({
      ...{ role: 'agent', ended: true, kpis: [], version: 1, effectiveFrom: inDays(2) },
    });
    expect((await boss('GET', '/api/v1/scorecards/agent')).body).toMatchObject({ version: 0, until: inDays(2) });
    expect([await cardAt('agent', now), await cardAt('agent', now + 3 * DAY_MS)]).toEqual([0, null]);
    // brought forward
    await put('scorecards/agent', { ended: true });
    expect(await cardAt('agent', now)).toBeNull();
    expect((await boss('GET', '/api/v1/scorecards/agent')).status).toBe(404);
    expect((await boss('GET', '/api/v1/scorecards')).body.items).toEqual([]);
    expect([await scoreAt(now), await scoreAt(now - 2 * DAY_MS)]).toEqual([null, before]);
    expect(await versions('scorecards/agent/versions')).toMatchObject([
      { version: 0, until: inDays(0) },
      { version: 2, ended: true, by: 'Mona', until: inDays(2) },
      { version: 1, ended: true, by: 'Mona' },
    ]);
  });

  it('takes what was to come away too, and a new one begins without the gates of before', async () => {
    const { now } = floor.time;
    await put('scorecards/trainer', { ...CARD, gates: [{ kpi: 'aht', mark: 'floor' }] });
    await put('scorecards/trainer', { kpis: [{ kpi: 'csat', weight: 1 }], effectiveFrom: inDays(4) });
    expect(await put('scorecards/trainer', { ended: true })).toMatchObject({ version: 3 });
    expect([await cardAt('trainer', now), await cardAt('trainer', now + 9 * DAY_MS)]).toEqual([null, null]);
    expect((await boss('GET', '/api/v1/scorecards/trainer')).status).toBe(404);
    expect(await put('scorecards/trainer', CARD)).toMatchObject({ gates: [], effectiveFrom: inDays(0) });
    expect(await cardAt('trainer', now)).toBe(5);
  });

  it('is refused where there is none, and where it says more than that', async () => {
    const wrong = await boss('PUT', '/api/v1/scorecards/executive', { ended: true });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'scorecard_unknown']);
    expect((await boss('PUT', '/api/v1/scorecards/agent', { ended: false })).status).toBe(400);
  });
});
