import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { consumers } from '../../server/flow.ts';
import { putBackup } from '../../server/foundation/backup/putting.ts';
import { takeBackup } from '../../server/foundation/backup/taking.ts';
import { openOwnDb } from '../../server/foundation/db.ts';
import { earliest } from '../../server/ingest/sealed.ts';
import type { LoggedEvent, NewEvent } from '../../server/log/catalogue.ts';
import { HOUSE } from '../../server/log/catalogue.ts';
import { localDay } from '../../server/log/sealed-past.ts';
import { rebuilt } from '../rebuilt.ts';
import { call, type ScoredFloor } from '../scored-floor.ts';
import { BEFORE, CUT, DAY_MS, FIRST, floorOf, hear, rowsOf, sealed, story, wireOf } from '../sealed-floor.ts';
import { wholeLog } from '../world.ts';

const SEED = Number(process.env.SEAL_SEED ?? 7);
const chapters = story(SEED);
const [past, rest] = [chapters.slice(0, -2), chapters.slice(-2)];
const told = new Map(chapters.flatMap(({ events }) => events.map((event) => [event.id, event] as const)));
let floor: ScoredFloor;
let twin: ScoredFloor;
let removed: LoggedEvent[];

const derived = () => [...consumers(floor).flatMap((room) => room.tables)];
const post = (events: readonly NewEvent[]) => floor.api('POST', '/api/v1/events?detail=true', events.map(wireOf));
const allTables = async (of: ScoredFloor) =>
  Object.fromEntries(await Promise.all(derived().map(async (table) => [table, await rowsOf(of, table)] as const)));

beforeAll(async () => {
  floor = await floorOf(past);
  twin = await floorOf(past);
}, 240_000);
afterAll(async () => {
  await floor?.close();
  await twin?.close();
});

describe('the past of an organisation', { timeout: 240_000 }, () => {
  it('stays as it was where sealing breaks off', async () => {
    const before = { log: await wholeLog(floor.db, floor.orgId), tables: await allTables(floor) };
    const breaking = sealed(floor, {
      entered: async () => {
        throw new Error('the power went off');
      },
    });
    await expect(breaking).rejects.toThrow('the power went off');
    expect(await wholeLog(floor.db, floor.orgId)).toEqual(before.log);
    expect(await allTables(floor)).toEqual(before.tables);
    for (const table of ['seals', 'sealed_keys', 'sealed_rows']) expect(await rowsOf(floor, table)).toEqual([]);
    await expect(floor.every.rows('delete from events where org_id = $1', [floor.orgId])).rejects.toThrow(
      'append-only',
    );
  });

  it('is sealed: old events of sources go, what was derived stays, and derives the same', async () => {
    const before = { log: await wholeLog(floor.db, floor.orgId), tables: await allTables(floor) };
    const done = await sealed(floor);
    const left = new Set((await wholeLog(floor.db, floor.orgId)).map(({ position }) => position));
    removed = before.log.filter(({ position }) => !left.has(position));
    expect(done).toMatchObject({ differences: [], removed: removed.length, cut: CUT, before: BEFORE });
    expect(removed.length).toBeGreaterThan(40);
    expect(done.old).toBeGreaterThan(done.removed);
    expect(removed.filter(({ source }) => source === HOUSE)).toEqual([]);
    expect(await allTables(floor)).toEqual(before.tables);
    const again = await rebuilt(floor);
    expect(again).toEqual({ events: 0, differences: [] });
    expect(await sealed(floor)).toMatchObject({ removed: 0, position: null });
  });

  it('leaves nothing old behind but what something newer hangs on', async () => {
    const left = (await wholeLog(floor.db, floor.orgId)).filter(({ source }) => source !== HOUSE);
    const newer = new Set(left.filter(({ time }) => time >= CUT).flatMap((event) => event.interaction ?? []));
    const corrected = new Set(left.flatMap(({ data }) => (data.of as { id: string } | undefined)?.id ?? []));
    const old = left.filter((event) => event.time < CUT - DAY_MS && event.type !== 'correction');
    const unbound = old.filter(
      ({ id, type, interaction }) =>
        !corrected.has(id) && !(interaction && newer.has(interaction)) && type !== 'schedule.published',
    );
    expect(unbound.map(({ id, type, interaction }) => ({ id, type, interaction }))).toEqual([]);
    expect(old.length).toBeGreaterThan(0);
  });

  it('is known: every removed event is a duplicate, every correction of one is refused', async () => {
    const again = removed.map(({ id }) => told.get(id) as NewEvent);
    const head = await wholeLog(floor.db, floor.orgId);
    expect((await post(again)).body).toMatchObject({ accepted: 0, duplicates: again.length, rejected: [] });
    // the same identity at a time that is open
    const moved = again.map((event) => ({
      ...event,
      type: 'offer.made',
      time: floor.time.now,
      data: {},
      interaction: null,
    }));
    const offers = moved.map((event) => ({ ...event, agent: { source: 'acd', name: '2001' } }) as NewEvent);
    expect((await post(offers)).body).toMatchObject({ accepted: 0, duplicates: again.length, rejected: [] });
    const takenBack = again.map((event, n) => retracting(`back-${n}`, event));
    const { body } = await post(takenBack);
    expect(body).toMatchObject({ accepted: 0, duplicates: 0 });
    expect(body.rejected.map(({ index, code }: { index: number; code: string }) => [index, code])).toEqual(
      takenBack.map((_, index) => [index, 'sealed']),
    );
    expect(await wholeLog(floor.db, floor.orgId)).toEqual(head);
  });

  it('takes nothing more that tells of it, and says so item by item', async () => {
    const call = [...told.values()].find(({ type, time }) => type === 'interaction.ended' && time > BEFORE) as NewEvent;
    const gone = removed.find(({ type }) => type === 'interaction.ended') as LoggedEvent;
    const open = { ...call, id: 'open', interaction: 'own', time: floor.time.now - DAY_MS };
    const late: NewEvent[] = [
      { ...open, id: 'old', data: { ...call.data, endedAt: iso(BEFORE - 1) } },
      { ...open, id: 'older', time: FIRST },
      open,
      { ...survey('asked', gone.interaction), time: floor.time.now },
      retracting('not yet removed', { source: 'acd', id: keptOld().id }),
    ];
    const { body } = await post(late);
    expect(body).toMatchObject({ accepted: 1, duplicates: 0 });
    expect(body.rejected.map(({ id, code }: { id: string; code: string }) => `${id}: ${code}`)).toEqual([
      'old: sealed',
      'older: sealed',
      'asked: sealed',
      'not yet removed: sealed',
    ]);
    await floor.settle();
    floor.time.now += 60_000;
    await hear(twin, { now: floor.time.now, events: [open] });
  });

  it('does not bend what comes after it: late events and corrections count as if all were there', async () => {
    for (const chapter of rest) {
      const events = chapter.events.filter(isOpen);
      await hear(twin, { now: chapter.now, events });
      floor.time.now = chapter.now;
      const { body } = await post(events.filter(({ source }) => source !== HOUSE));
      expect(body).toMatchObject({ duplicates: 0, rejected: [] });
      await hear(floor, { now: chapter.now, events });
    }
    for (const table of ['facts', 'facts_named'])
      expect(await rowsOf(floor, table), table).toEqual(await rowsOf(twin, table));
    const again = await rebuilt(floor);
    expect(again.differences).toEqual([]);
    expect(again.events).toBeGreaterThan(0);
  });
});

describe('what is asked of a sealed past', { timeout: 240_000 }, () => {
  const [january, may] = ['2026-01-20T12:00:00Z', '2026-05-05T12:00:00Z'];

  it('is answered from what was kept: figures and receipts stand, and say that events are removed', async () => {
    const figures = async (of: ScoredFloor) => {
      const { facts, kpis } = (await of.api('GET', `/api/v1/queues/orders/performance?window=month&at=${january}`))
        .body;
      return { facts, kpis };
    };
    expect(await figures(floor)).toEqual(await figures(twin));
    const receipt = async (of: ScoredFloor, at: string) =>
      (await of.api('GET', `/api/v1/receipts?measure=kpi:aht&subject=queue:orders&window=month&at=${at}`)).body;
    const [here, there] = [await receipt(floor, january), await receipt(twin, january)];
    expect(there.eventsTotal).toBeGreaterThan(0);
    expect(here).toMatchObject({ events: [], eventsTotal: 0, next: null, sealed: iso(CUT + 32 * DAY_MS) });
    for (const name of ['value', 'facts', 'steps', 'sample', 'sentence']) expect(here[name]).toEqual(there[name]);
    const open = await receipt(floor, may);
    expect(open.sealed).toBeUndefined();
    const { position: _, ...same } = await receipt(twin, may);
    expect(open.events.map(({ id }: { id: string }) => id)).toEqual(same.events.map(({ id }: { id: string }) => id));
    expect(open.eventsTotal).toBeGreaterThan(0);
  });

  it('is refused where it was what was known then, and answered right where events are whole', async () => {
    const known = (of: ScoredFloor, at: string, knownAt: string) =>
      of.api('GET', `/api/v1/queues/orders/performance?window=month&at=${at}&knownAt=${knownAt}`);
    expect(await known(floor, january, '2026-02-20T00:00:00Z')).toMatchObject({
      status: 409,
      body: { code: 'sealed' },
    });
    const [here, there] = [
      await known(floor, may, iso(rest[0]?.now ?? 0)),
      await known(twin, may, iso(rest[0]?.now ?? 0)),
    ];
    expect(here).toMatchObject({ status: 200 });
    expect(here.body.facts).toEqual(there.body.facts);
  });

  it('does not change who somebody was, and counts for whoever they are from there on', async () => {
    const put = (agent: string, from?: string) =>
      floor.api('PUT', '/api/v1/people', [
        { id: 'nils', name: 'Nils', roles: ['agent'], team: 'north', identities: [{ source: 'acd', agent, from }] },
      ]);
    expect(await put('9999', '2026-02-01T00:00:00Z')).toMatchObject({ status: 409, body: { code: 'sealed' } });
    const rows = async (where: string) =>
      floor.every.rows<{ person: string }>(
        `select * from facts where org_id = $1 and ${where} order by bucket, person, queue, channel`,
        [floor.orgId],
      );
    const line = Math.floor(BEFORE / 900_000);
    const sealedRows = await rows(`bucket < ${line}`);
    expect((await put('9999')).status).toBe(200);
    await floor.settle();
    expect((await rows(`person = 'nils' and bucket >= ${line}`)).length).toBeGreaterThan(0);
    // and whoever is not that agent any more was it then
    await floor.api('PUT', '/api/v1/people', [{ id: 'fay', identities: [] }]);
    await floor.api('PUT', '/api/v1/queues', [{ id: 'claims', serviceLevelMs: 1_000 }]);
    await floor.settle();
    expect(await rows(`person = 'fay' and bucket >= ${line}`)).toEqual([]);
    expect(await rows(`bucket < ${line}`)).toEqual(sealedRows);
    expect(sealedRows.some(({ person }) => person === 'fay')).toBe(true);
    expect((await rebuilt(floor)).differences).toEqual([]);
  });
});

describe('what was kept', { timeout: 240_000 }, () => {
  it('is in a backup, and derives the same where that is put', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'floorlight-seal-'));
    const file = path.join(dir, 'floor.backup');
    const folder = path.resolve('drizzle');
    const source = openOwnDb(floor.url, 1);
    await takeBackup(source.every, file, folder);
    await source.close();
    const name = `s_${floor.orgId}`;
    await floor.every.rows(`create database ${name}`);
    const url = floor.url.replace(/\/[^/]+$/, `/${name}`);
    await putBackup(file, { databaseUrl: url, folder, replace: false });
    const restored = { ...floor, url };
    expect((await rebuilt(restored)).differences).toEqual([]);
    await floor.every.rows(`drop database ${name} with (force)`);
  });

  it('is not begun with where one row of it was changed', async () => {
    const change = `update sealed_rows set rows[1] = replace(rows[1], ',', ',1') where org_id = $1 and "table" = 'facts' and part = 0`;
    await floor.every.rows(change, [floor.orgId]);
    expect((await rebuilt(floor)).differences).toEqual([expect.stringContaining('facts: the sealed rows are not')]);
  });
});

describe('npm run seal', { timeout: 240_000 }, () => {
  // biome-ignore lint/suspicious/noExplicitAny: what a command tells is read as scripts read it
  type Done = { status: unknown; error: string; told: any };
  const run = (...words: string[]): Promise<Done> => {
    const env = { ...process.env, DATABASE_URL: twin.url, REDIS_URL: inject('redisUrl') };
    return new Promise((resolve) => {
      execFile(process.execPath, ['server/seal.ts', ...words], { env }, (failure, out, error) => {
        const last = out.trim().split('\n').at(-1) ?? '';
        resolve({ status: failure ? failure.code : 0, error, told: last.startsWith('{') ? JSON.parse(last) : {} });
      });
    });
  };
  const trail = () => twin.every.rows("select object from audit where act = 'organisation.sealed'");

  it('wants to know how much is kept, and of whom', async () => {
    expect(await run('--older-than', '3')).toMatchObject({ status: 2, error: expect.stringContaining('4 or more') });
    expect(await run('--older-than', '4', '--organisation', 'Nobody')).toMatchObject({ status: 1 });
  });

  it('tells what it would do, does it, enters it in the trail, and has nothing to do again', async () => {
    const log = await wholeLog(twin.db, twin.orgId);
    const would = await run('--older-than', '4', '--dry-run');
    const [about] = would.told.organisations;
    expect(would).toMatchObject({ status: 0, told: { differences: 0, dryRun: true } });
    expect(about).toMatchObject({ id: twin.orgId, name: 'Northwind', position: null });
    expect(await wholeLog(twin.db, twin.orgId)).toEqual(log);
    const { told: done, ...end } = await run('--older-than', '4', '--organisation', 'Northwind');
    expect(end).toMatchObject({ status: 0, error: '' });
    expect(done.organisations).toMatchObject([{ removed: about.removed, stay: about.stay, cut: about.cut }]);
    expect(log.length - (await wholeLog(twin.db, twin.orgId)).length).toBe(about.removed);
    expect(about.removed).toBeGreaterThan(100);
    expect(await trail()).toEqual([{ object: localDay(Date.parse(about.cut), 'Europe/Berlin') }]);
    expect((await run('--older-than', '4')).told.organisations).toMatchObject([{ removed: 0, position: null }]);
    expect(await trail()).toHaveLength(1);
    expect((await rebuilt(twin)).differences).toEqual([]);
  });
});

it.each([
  ['counts as if all were there', { planted: false, repeated: ['hana'] }],
  ['does not where one event too many is removed, so that a test can tell', { planted: true, repeated: [] }],
])('a contact that comes late %s', { timeout: 240_000 }, async (_, { planted, repeated }) => {
  const near = await floorOf([]);
  near.time.now = BEFORE + 30 * DAY_MS;
  const kim = (id: string, at: number): NewEvent => ({ ...call(id, '204', { at: iso(at) }), customer: 'kim' });
  await near.told(kim('long ago', FIRST), kim('first', BEFORE - 2 * DAY_MS));
  const tooMany = "delete from events where org_id = $1 and id = 'first'";
  const done = await sealed(near, {
    entered: async (tx) => {
      if (planted) await tx.rows(tooMany, [near.orgId]);
    },
  });
  expect(done.removed).toBe(1);
  await near.told(kim('second', BEFORE + DAY_MS));
  const rows = await near.every.rows<{ person: string; bucket: number }>(
    'select person, bucket from facts where org_id = $1 and repeated = 1',
    [near.orgId],
  );
  const bucket = Math.floor((BEFORE - 2 * DAY_MS) / 900_000);
  expect(rows).toEqual(repeated.map((person) => ({ person, bucket })));
  await near.close();
});

const iso = (at: number) => new Date(at).toISOString();
const retracting = (id: string, of: { source: string; id: string }): NewEvent => ({
  ...{ source: 'fix', id, type: 'correction', time: floor.time.now },
  data: { of: { source: of.source, id: of.id }, action: 'retract' },
});
const survey = (id: string, interaction: string | null): NewEvent => ({
  ...{ source: 'forms', id, type: 'survey.answered', time: floor.time.now, interaction },
  data: { kind: 'csat', score: 5, scaleMin: 1, scaleMax: 5 },
});
/** An event from between the cut and where nothing is taken any more. */
const keptOld = (): NewEvent =>
  [...told.values()].find(({ type, time }) => type === 'sale.closed' && time > CUT && time < BEFORE) as NewEvent;
const isOpen = (event: NewEvent): boolean => {
  const { of } = event.data as { of?: { id: string } };
  const target = of && told.get(of.id);
  const instants = [event, ...(target ? [target] : [])].flatMap(({ time, data }) => [time, earliest(data)]);
  return Math.min(...instants, earliest(event.replacement?.data)) >= BEFORE;
};
