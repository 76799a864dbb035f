// Files that are read after the call that brought them was answered.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertJob } from '../../server/ingest/import/job-store.ts';
import { importRoutes } from '../../server/ingest/import-routes.ts';
import { personId } from '../../server/people/agent-commands.ts';
import type { ImportTold } from '../../src/lib/contract/imports.ts';
import { type DoorWorld, newDoor } from '../door.ts';
import { wholeLog } from '../world.ts';

const NOW = Date.parse('2026-03-11T12:00:00Z');
const HOUR_MS = 3_600_000;
let world: DoorWorld;
let key: string;
beforeEach(async () => {
  world = await newDoor({ now: NOW });
  key = await world.key();
});
afterEach(() => world.close());

const callOf = (n: number, agent = 'SIP/7') => {
  const at = 1773219600 + 100 * n;
  return `${at}|c${n}|sales|NONE|ENTERQUEUE||030|1
${at + 5}|c${n}|sales|${agent}|CONNECT|5|c${n}.1|2
${at + 65}|c${n}|sales|${agent}|COMPLETECALLER|5|60|1
`;
};
const LOG = `${callOf(1)}${callOf(2, 'ben the 2nd')}nonsense\n`;
const spooled = () => {
  const folder = path.join(world.config.dataDir, 'imports');
  return existsSync(folder) ? readdirSync(folder) : [];
};
const ask = (method: 'GET' | 'DELETE', at = '', as = key) =>
  world.app.inject({ method, url: `/api/v1/imports${at}`, headers: { authorization: `Bearer ${as}` } });

async function send(more: object, { as = key, file = LOG, ended = true } = {}) {
  const how = { source: 'pbx', format: 'queue_log', detached: true, ...more };
  const parts = ['--e', 'content-disposition: form-data; name="how"', '', JSON.stringify(how)];
  const head = ['--e', 'content-disposition: form-data; name="file"; filename="../../q.log"', '', file];
  const answer = await world.app.inject({
    method: 'POST',
    url: '/api/v1/imports',
    headers: { authorization: `Bearer ${as}`, 'content-type': 'multipart/form-data; boundary=e' },
    payload: [...parts, ...head, ...(ended ? ['--e--', ''] : [])].join('\r\n'),
  });
  return { status: answer.statusCode, body: answer.json() };
}

async function ended(id: string): Promise<ImportTold> {
  for (;;) {
    const told = (await ask('GET', `/${id}`)).json() as ImportTold;
    if (told.state !== 'reading') return told;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a file that is read by itself', () => {
  it('is answered when it is here, and tells how far it is and what came of it', async () => {
    const { status, body } = await send({});
    expect([status, body]).toMatchObject([202, { state: 'reading', file: 'q.log', by: 'test', bytes: LOG.length }]);
    const told = await ended(body.id);
    expect(told).toMatchObject({ state: 'done', bytesRead: LOG.length, read: 7, rejected: 1, problem: null });
    expect(told.report).toMatchObject({ read: 7, rejected: 1, agents: { named: 2 } });
    expect(told.report?.refused).toHaveLength(1);
    expect((await wholeLog(world.db, world.orgId)).filter(({ type }) => type === 'interaction.ended')).toHaveLength(2);
    const [listed] = (await ask('GET')).json().items;
    expect(listed).toMatchObject({ id: body.id, state: 'done' });
    expect(listed).not.toHaveProperty('report');
    expect(spooled()).not.toContain(body.id);
  });

  it('says what was wrong with it where nothing could be read', async () => {
    const { body } = await send({ format: 'mapping', mapping: 'nothing' });
    expect(await ended(body.id)).toMatchObject({ state: 'failed', report: null, problem: { code: 'missing' } });
  });

  it('is not begun where it did not come to its end', async () => {
    expect(await send({}, { ended: false })).toMatchObject({ status: 400, body: { code: 'unreadable' } });
    expect((await ask('GET')).json().items).toEqual([]);
  });

  it('is told for an hour, within its organisation, to whoever may send events', async () => {
    const { body } = await send({ dryRun: true });
    await ended(body.id);
    expect((await ask('GET', `/${body.id}`, await world.key('read'))).statusCode).toBe(403);
    world.time.now += HOUR_MS + 1;
    expect((await ask('GET', `/${body.id}`)).statusCode).toBe(404);
    expect((await ask('GET')).json().items).toEqual([]);
  });
});

describe('a file that is being read', () => {
  const row = (id: string) => ({
    ...{ id, file: 'a.csv', source: 'crm', dryRun: false, state: 'reading' as const, saidBy: null },
    ...{ begunAt: NOW, toldAt: NOW, bytes: 10, bytesRead: 0, report: null, problem: null },
    tally: { read: 0, accepted: 0, duplicates: 0, rejected: 0, skipped: 0 },
  });
  const ID = '0196fb9c-5b1c-7c2e-9d2a-0123456789ab';
  const put = (id = ID) =>
    insertJob(world.db.of(world.orgId), world.orgId, { job: row(id), most: 3, heardSince: world.time.now - 60_000 });

  it('is stopped by its state, for the process that reads it', async () => {
    await put();
    expect((await ask('DELETE', `/${ID}`)).statusCode).toBe(204);
    expect((await ask('GET', `/${ID}`)).json().state).toBe('stopped');
    expect((await ask('DELETE', `/${ID}`)).statusCode).toBe(404);
    expect((await ask('GET', '/none')).statusCode).toBe(400);
  });

  it('counts as interrupted when nobody has said anything of it for a minute', async () => {
    await put();
    expect((await ask('GET', `/${ID}`)).json().state).toBe('reading');
    world.time.now += 61_000;
    expect((await ask('GET', `/${ID}`)).json().state).toBe('interrupted');
  });

  it('is one of three at most; what came for a fourth is not kept', async () => {
    for (const n of [1, 2, 3]) await put(ID.replace(/.$/, String(n)));
    const before = spooled().length;
    expect(await send({})).toMatchObject({ status: 503, body: { code: 'busy' } });
    expect(spooled()).toHaveLength(before);
    world.time.now += 61_000;
    expect((await send({ dryRun: true })).status).toBe(202);
  });

  it('says that it was interrupted when its process leaves', async () => {
    // a door of its own, which is closed while it reads
    const { default: Fastify } = await import('fastify');
    const { furnish } = await import('../../server/foundation/http.ts');
    const { guard } = await import('../../server/people/door.ts');
    const app = Fastify();
    furnish(app);
    guard(app, world);
    await app.register((scope) => importRoutes(scope, world));
    const shared = world.app;
    world.app = app;
    const long = Array.from({ length: 20_000 }, (_, n) => callOf(n)).join('');
    const { body } = await send({ dryRun: true }, { file: long });
    await app.close();
    world.app = shared;
    const told = await ended(body.id);
    expect(told).toMatchObject({ state: 'interrupted', report: { dryRun: true } });
    expect(told.read).toBeLessThan(60_000);
    expect(spooled()).not.toContain(body.id);
  });
});

describe('people made of unknown agents', () => {
  const people = async () =>
    (await world.app.inject({ url: '/api/v1/people', headers: { authorization: `Bearer ${key}` } })).json().items;

  it('have the agent as id and name, and the events of the file from the first', async () => {
    const { body } = await send({ createPeople: true });
    expect((await ended(body.id)).report?.agents).toEqual({ named: 2, unknown: [] });
    await world.settled();
    const made = await people();
    expect(made).toMatchObject([
      { id: personId('SIP/7'), name: 'SIP/7', team: 'unassigned', roles: ['agent'] },
      { name: 'ben the 2nd', identities: [{ source: 'pbx', agent: 'ben the 2nd' }] },
    ]);
  });

  it('are nobody new where a person has that id already, and none in a dry run', async () => {
    const file = callOf(3, 'ana');
    const write = (url: string, payload: object) =>
      world.app.inject({ method: 'PUT', url, headers: { authorization: `Bearer ${key}` }, payload });
    const [site] = (
      await world.app.inject({ url: '/api/v1/sites', headers: { authorization: `Bearer ${key}` } })
    ).json().items;
    await write('/api/v1/teams', [{ id: 'red', name: 'Red', site: site.id }]);
    const identities = [{ source: 'crm', agent: 'a.n.a', from: '2026-01-01T00:00:00Z' }];
    await write('/api/v1/people', [{ id: 'ana', name: 'Ana', roles: ['agent'], team: 'red', identities }]);
    await ended((await send({ createPeople: true, dryRun: true }, { file: callOf(4, 'bo') })).body.id);
    await ended((await send({ createPeople: true }, { file })).body.id);
    await world.settled();
    expect(await people()).toMatchObject([
      {
        id: 'ana',
        name: 'Ana',
        team: 'red',
        identities: [{ agent: 'a.n.a', from: '2026-01-01T00:00:00.000Z' }, { agent: 'ana' }],
      },
    ]);
  });

  it('are made by whoever may change people, in one call or two', async () => {
    const sender = await world.key('events:write');
    for (const detached of [true, false]) {
      const { status } = await send({ createPeople: true, detached }, { as: sender });
      expect(status).toBe(403);
    }
    expect((await send({ createPeople: true, detached: false })).body.agents.unknown).toEqual([]);
  });
});
