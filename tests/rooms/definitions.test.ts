import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attainmentConsumer, kpiConsumer } from '../../server/attainment/consumer.ts';
import { definitionsFor } from '../../server/attainment/definitions/definitions.ts';
import type { LoggedEvent } from '../../server/log/catalogue.ts';
import { newScoredFloor, type ScoredFloor } from '../scored-floor.ts';

let floor: ScoredFloor;
beforeAll(async () => {
  floor = await newScoredFloor();
});
afterAll(() => floor.close());

const AHT = { kpi: 'aht', floor: 300_000, target: 270_000, stretch: 240_000 };
const SALES_PER_HOUR = {
  name: 'Sales per hour',
  unit: 'number',
  better: 'higher',
  kind: 'ratio',
  value: 'sales * 3600000 / login_ms',
  sample: 'sales',
  minSample: 3,
};
const put = (url: string, body: unknown) => floor.api('PUT', `/api/v1/${url}`, body);
const get = (url: string) => floor.api('GET', `/api/v1/${url}`);
const events = () =>
  floor.every.rows<LoggedEvent>(
    `select position, source, id, type, time, recorded_at as "recordedAt", data from events where org_id = $1 order by position`,
    [floor.orgId],
  );
const told = async () => (await events()).filter((event) => /^(kpi|target|scorecard)\./.test(event.type)).length;
const code = async (answer: Promise<{ status: number; body: { code: string; errors: { path: string }[] } }>) => {
  const { status, body } = await answer;
  return [status, body.code, body.errors?.[0]?.path];
};

describe('KPI definitions', () => {
  it('begin with the catalogue of the house, in plain words', async () => {
    const { status, body } = await get('kpis?limit=500');
    expect(status).toBe(200);
    const aht = body.items.find((kpi: { id: string }) => kpi.id === 'aht');
    expect(aht).toMatchObject({ version: 0, builtIn: true, effectiveFrom: null, unit: 'ms', better: 'lower' });
    expect(aht.words).toMatch(/paperwork/);
    expect(body.next).toBeNull();
  });

  it('take new ones, and say nothing twice', async () => {
    const first = await put('kpis/sales_per_hour', SALES_PER_HOUR);
    expect(first.status).toBe(200);
    expect(first.body.items[0]).toMatchObject({
      id: 'sales_per_hour',
      version: 1,
      builtIn: false,
      effectiveFrom: null,
      controllable: true,
    });
    const before = await told();
    const again = await put('kpis/sales_per_hour', SALES_PER_HOUR);
    expect(again.body.items).toEqual(first.body.items);
    expect(await told()).toBe(before);
    expect((await get('kpis/sales_per_hour')).body).toMatchObject(first.body.items[0]);
  });

  it('replace what is present, leave what is absent, and begin now', async () => {
    const { body } = await put('kpis/sales_per_hour', { minSample: 9, effectiveFrom: '2020-01-01T00:00:00Z' });
    expect(body.items[0]).toMatchObject({
      version: 2,
      minSample: 9,
      value: SALES_PER_HOUR.value,
      effectiveFrom: new Date(floor.time.now).toISOString(),
    });
    const own = await put('kpis', [{ id: 'acw', minSample: 4 }]);
    const every = (await get('kpis?limit=500&versions=all')).body.items;
    const versions = (id: string) =>
      every.filter((kpi: { id: string }) => kpi.id === id).map((kpi: { version: number }) => kpi.version);
    expect([versions('sales_per_hour'), versions('acw')]).toEqual([
      [1, 2],
      [0, 1],
    ]);
    expect(own.body.items[0]).toMatchObject({
      id: 'acw',
      version: 1,
      builtIn: false,
      effectiveFrom: null,
      value: 'acw_ms / handled',
    });
  });

  it('refuse hostile formulas by path, and keep nothing of the call', async () => {
    const before = await told();
    for (const value of [
      'handled.matches("(a+)+b")',
      'constructor',
      '1e309',
      `${'('.repeat(100)}a${')'.repeat(100)}`,
      '"x"',
      'a[0]',
      'x'.repeat(600),
    ]) {
      const [status, , path] = await code(put('kpis/bad', { ...SALES_PER_HOUR, value }));
      expect([status, path]).toEqual([400, expect.stringMatching(/value$/)]);
    }
    expect(
      await code(
        put('kpis', [
          { id: 'good', ...SALES_PER_HOUR },
          { id: 'bad', ...SALES_PER_HOUR, sample: 'a %  b' },
        ]),
      ),
    ).toEqual([400, 'formula', '/1/sample']);
    expect(await code(put('kpis/bad', { ...SALES_PER_HOUR, guards: [{ kpi: 'nothing' }] }))).toEqual([
      400,
      'guard_unknown',
      '/guards/0/kpi',
    ]);
    expect(await code(put('kpis/bad', { ...SALES_PER_HOUR, guards: [{ kpi: 'aht' }] }))).toEqual([
      400,
      'guard_not_a_proportion',
      '/guards/0/kpi',
    ]);
    expect((await put('kpis/bad', { name: 'Bad' })).status).toBe(400);
    expect((await put('kpis/__proto__', SALES_PER_HOUR)).status).toBe(400);
    expect(await told()).toBe(before);
    expect((await get('kpis/bad')).status).toBe(404);
  });

  it('are for those who define things', async () => {
    const reader = await floor.key('read');
    expect((await reader('PUT', '/api/v1/kpis/x', SALES_PER_HOUR)).status).toBe(403);
    expect((await reader('GET', '/api/v1/kpis')).status).toBe(200);
  });
});

describe('targets', () => {
  it('are set in versions, each for whom it names', async () => {
    const { status, body } = await put('targets', [
      AHT,
      { ...AHT, team: 'red', target: 260_000 },
      { kpi: 'occupancy', low: 0.7, high: 0.8, tolerance: 0.05 },
    ]);
    expect(status).toBe(200);
    expect(
      body.items.map((target: { version: number; effectiveFrom: unknown }) => [target.version, target.effectiveFrom]),
    ).toEqual([
      [1, null],
      [1, null],
      [1, null],
    ]);
    expect((await put('targets', [AHT])).body.items[0].version).toBe(1);
    expect((await put('targets', [{ ...AHT, stretch: 200_000 }])).body.items[0]).toMatchObject({
      version: 2,
      stretch: 200_000,
    });
    const listed = (await get('targets?limit=500')).body.items;
    expect(listed.filter((target: { kpi: string }) => target.kpi === 'aht')).toHaveLength(2);
  });

  it('refuse marks out of order, unknown KPIs, and targets for two', async () => {
    const before = await told();
    expect(await code(put('targets', [AHT, { kpi: 'csat', floor: 0.9, target: 0.8, stretch: 0.7 }]))).toEqual([
      400,
      'marks_out_of_order',
      '/1/floor',
    ]);
    expect(await code(put('targets', [{ kpi: 'aht', floor: 1, target: 2, stretch: 3 }]))).toEqual([
      400,
      'marks_out_of_order',
      '/0/floor',
    ]);
    expect(await code(put('targets', [{ kpi: 'occupancy', floor: 1, target: 2, stretch: 3 }]))).toEqual([
      400,
      'marks_not_a_range',
      '/0/floor',
    ]);
    expect(await code(put('targets', [{ kpi: 'occupancy', low: 1, high: 1, tolerance: 1 }]))).toEqual([
      400,
      'marks_out_of_order',
      '/0/low',
    ]);
    expect(await code(put('targets', [{ ...AHT, kpi: 'nothing' }]))).toEqual([400, 'kpi_unknown', '/0/kpi']);
    expect(await code(put('targets', [{ ...AHT, team: 'red', person: 'ana' }]))).toEqual([
      400,
      'target_of_many',
      '/0/team',
    ]);
    expect(await code(put('targets', [{ ...AHT, team: 'red', rampDays: 30 }]))).toEqual([
      400,
      'ramp_of_nobody',
      '/0/rampDays',
    ]);
    expect(await code(put('targets', [AHT, AHT]))).toEqual([400, 'repeated', '/1']);
    expect((await put('targets', [{ kpi: 'aht', floor: 'x' }])).status).toBe(400);
    expect(await told()).toBe(before);
  });

  it('count for a window as they stood at its last instant', async () => {
    const day = (from: number) => ({ name: 'day', from, to: from + 86_400_000 });
    const stretch = async (from: number, knownAt?: number) => {
      const found = (await definitionsFor(floor.db.of(floor.orgId), floor.orgId, day(from), knownAt)).targets.get(
        'aht',
      );
      const marks = found?.find((target) => target.of.kind === 'organisation')?.marks;
      return marks && 'stretch' in marks ? marks.stretch : null;
    };
    expect(await stretch(floor.time.now)).toBe(200_000);
    expect(await stretch(floor.time.now - 86_400_000)).toBe(240_000);
    expect(await stretch(floor.time.now - 86_400_000 + 1)).toBe(200_000);
    expect(await stretch(floor.time.now, floor.time.now - 1)).toBeNull();
  });
});

describe('the end of a target', () => {
  const RED = { kpi: 'aht', team: 'red' };
  const list = async (query = '') =>
    (await get(`targets?limit=500${query}`)).body.items.filter((one: { kpi: string }) => one.kpi === 'aht');
  const inForce = async (kpi: string, at: number) => {
    const span = { name: 'day' as const, from: at, to: at + 86_400_000 };
    return (
      (await definitionsFor(floor.db.of(floor.orgId), floor.orgId, span)).targets
        .get(kpi)
        ?.map((target) => target.name) ?? []
    );
  };

  it('comes when it is said to, and leaves what was', async () => {
    const now = floor.time.now;
    const day = new Date(now + 7 * 86_400_000).toISOString();
    const { status, body } = await put('targets', [{ ...RED, ended: true, effectiveFrom: day }]);
    expect([status, body.items[0]]).toEqual([200, { ...RED, ended: true, version: 2, effectiveFrom: day }]);
    expect((await list()).find((one: { team?: string }) => one.team === 'red')).toMatchObject({
      target: 260_000,
      until: day,
    });
    expect(await inForce('aht', now)).toContain('team:red');
    expect(await inForce('aht', now + 8 * 86_400_000)).not.toContain('team:red');
    const every = await list('&versions=all');
    expect(every.map((one: { team?: string; version: number }) => [one.team, one.version])).toEqual([
      [undefined, 1],
      [undefined, 2],
      ['red', 1],
      ['red', 2],
    ]);
  });

  it("ends the house's own from now on, never before, and can be taken back", async () => {
    const now = floor.time.now;
    expect((await put('targets', [{ kpi: 'fcr', ended: true }])).body.items[0]).toMatchObject({ version: 1 });
    const told = (await get('targets?limit=500')).body.items;
    expect(told.some((one: { kpi: string }) => one.kpi === 'fcr')).toBe(false);
    expect(await inForce('fcr', now - 3 * 86_400_000)).toEqual(['organisation']);
    expect(await inForce('fcr', now)).toEqual([]);
    await put('targets', [{ kpi: 'fcr', floor: 0.5, target: 0.6, stretch: 0.7 }]);
    expect(await inForce('fcr', now)).toEqual(['organisation']);
  });

  it('is refused where there is no such target', async () => {
    expect(await code(put('targets', [{ kpi: 'aht', team: 'blue', ended: true }]))).toEqual([
      400,
      'target_unknown',
      '/0',
    ]);
    expect(await code(put('targets', [{ kpi: 'nothing', ended: true }]))).toEqual([400, 'kpi_unknown', '/0/kpi']);
  });
});

describe('the target of a person', () => {
  it('is told to the person, their leader and whoever sees all, to nobody else', async () => {
    await put('targets', [{ ...AHT, person: 'ana' }]);
    const told = async (as: (m: 'GET', url: string) => Promise<{ body: { items: { person?: string }[] } }>) =>
      (await as('GET', '/api/v1/targets?limit=500&versions=all')).body.items.filter((one) => one.person === 'ana')
        .length;
    expect(await told(await floor.key('read'))).toBe(1);
    expect(await told(await floor.key('definitions:write'))).toBe(1);
    expect(await told(await floor.key('people:write'))).toBe(0);
  });
});

describe('scorecards', () => {
  it('belong to a role; gates that are absent stay', async () => {
    const card = {
      kpis: [
        { kpi: 'aht', weight: 2 },
        { kpi: 'csat', weight: 1 },
      ],
      gates: [{ kpi: 'csat', mark: 'floor' }],
    };
    expect((await get('scorecards/agent')).body).toMatchObject({ role: 'agent', version: 0 });
    expect((await put('scorecards/agent', card)).body.items[0]).toMatchObject({
      ...card,
      role: 'agent',
      version: 1,
      effectiveFrom: null,
    });
    expect((await put('scorecards/agent', card)).body.items[0].version).toBe(1);
    const { body } = await put('scorecards/agent', { kpis: [{ kpi: 'aht', weight: 1 }] });
    expect(body.items[0]).toMatchObject({ version: 2, gates: card.gates });
    expect((await get('scorecards')).body.items).toHaveLength(1);
    const every = (await get('scorecards?versions=all')).body.items;
    expect(every.map((one: { version: number }) => one.version)).toEqual([0, 1, 2]);
    expect((await get('scorecards/trainer')).status).toBe(404);
  });

  it('refuse unknown KPIs and lines twice', async () => {
    expect(await code(put('scorecards/agent', { kpis: [{ kpi: 'nothing', weight: 1 }] }))).toEqual([
      400,
      'kpi_unknown',
      '/kpis/0/kpi',
    ]);
    expect(
      await code(
        put('scorecards/agent', {
          kpis: [
            { kpi: 'aht', weight: 1 },
            { kpi: 'aht', weight: 2 },
          ],
        }),
      ),
    ).toEqual([400, 'repeated', '/kpis/1/kpi']);
    expect((await put('scorecards/nobody', { kpis: [{ kpi: 'aht', weight: 1 }] })).status).toBe(400);
  });
});

describe('the letterboxes', () => {
  it('give the same rows from the log alone, in any batching', async () => {
    await floor.log.command(floor.orgId, async (_, append) => {
      const baseline = {
        source: 'floorlight',
        type: 'baseline.set' as const,
        time: floor.time.now,
        data: { role: 'agent', site: 'main', from: 1_000_000, values: { aht: { num: 1000, den: 3 } }, queues: {} },
      };
      await append([
        { ...baseline, id: 'b1' },
        { ...baseline, id: 'b2', data: { ...baseline.data, values: { aht: { num: 1, den: 1 } } } },
      ]);
    });
    await floor.settle();
    const tables = [...kpiConsumer.tables, ...attainmentConsumer.tables];
    const rows = async () =>
      Promise.all(
        tables.map((table) =>
          floor.every.rows<{ row: string }>(`select t::text as row from ${table} t where org_id = $1 order by 1`, [
            floor.orgId,
          ]),
        ),
      );
    const before = await rows();
    expect(before.map((table) => table.length > 0)).toEqual([true, true, true, true]);
    expect(before[3]).toHaveLength(1);
    for (const size of [1, 3, 1000]) {
      for (const table of tables) await floor.every.rows(`delete from ${table} where org_id = $1`, [floor.orgId]);
      const log = await events();
      for (let at = 0; at < log.length; at += size) {
        for (const consumer of [kpiConsumer, attainmentConsumer]) {
          await floor.every.transaction((tx) =>
            consumer.apply({ orgId: floor.orgId, events: log.slice(at, at + size), now: 0, replay: false }, tx),
          );
        }
      }
      expect(await rows()).toEqual(before);
    }
  });
});
