import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../server/people/accounts/commands.ts';
import type { Scope } from '../../src/lib/contract/words.ts';
import { leg } from '../legs.ts';
import { newHouse, type Open } from '../open-house.ts';

const ORG = 1;
let house: Open;
beforeAll(async () => {
  house = await newHouse();
});
afterAll(() => house?.shut());

const keyOf = async (...scopes: Scope[]) => (await createKey(house.ground, ORG, { name: 'k', scopes })).key;
const as = (key: string) => ({ authorization: `Bearer ${key}` });

async function metrics(): Promise<string> {
  const { status, body } = await house.call('GET', '/metrics');
  expect(status).toBe(200);
  return body;
}

/** The value of one line, 0 where it is missing. */
async function value(line: string): Promise<number> {
  const found = (await metrics()).split('\n').find((one) => one.startsWith(`${line} `));
  return Number(found?.split(' ').at(-1) ?? 0);
}

/** By how much some lines grow while something is done. */
async function growth(lines: string[], doing: () => Promise<unknown>): Promise<number[]> {
  const before = await Promise.all(lines.map(value));
  await doing();
  return (await Promise.all(lines.map(value))).map((now, at) => now - (before[at] ?? 0));
}

const post = (body: unknown) => house.call('POST', '/api/v1/events', body);
const call = (id: string) => leg(id, 'ana', {}, new Date(Date.now() - 60_000).toISOString());

describe('metrics', () => {
  it('count what came in at the door, what was there already, and what was refused by its code', async () => {
    await post([call('seen')]);
    const lines = [
      'floorlight_events_total{outcome="accepted"}',
      'floorlight_events_total{outcome="duplicate"}',
      'floorlight_events_rejected_total{code="invalid_envelope"}',
      'floorlight_commit_rows_count',
      'floorlight_commit_rows_sum',
    ];
    const given = [call('new'), call('newer'), call('seen'), { ...call('bad'), source: 7 }];
    expect(await growth(lines, () => post(given))).toEqual([2, 1, 1, 1, 2]);
  });

  it('tell how far each stage has come, and that nothing waits once it is reflected', async () => {
    const { position } = (await post([call('lag')])).body;
    await house.surely('GET', `/api/v1/people?after=${position}`);
    for (const stage of ['log', 'facts', 'relay', 'projection'])
      expect([stage, await value(`floorlight_organisation_position{stage="${stage}"}`)]).toEqual([
        stage,
        Number(position),
      ]);
    for (const stage of ['facts', 'relay', 'projection'])
      expect(await value(`floorlight_lag_seconds{stage="${stage}"}`)).toBe(0);
    expect(await value('floorlight_flow_batch_events_count')).toBeGreaterThan(0);
  });

  it('tell how old the oldest event is that the flow has not seen', async () => {
    await house.every.rows('update flows set position = position - 1 where org_id = $1', [ORG]);
    try {
      expect(await value('floorlight_organisation_lag_seconds{stage="facts"}')).toBeGreaterThan(0);
    } finally {
      await house.every.rows('update flows set position = position + 1 where org_id = $1', [ORG]);
    }
  });

  it('count refusals by code, at the doors and at the window', async () => {
    const lines = [
      'floorlight_refusals_total{code="anonymous",status="401"}',
      'floorlight_refusals_total{code="unreadable",status="400"}',
      'floorlight_socket_refusals_total{code="anonymous"}',
      'floorlight_socket_refusals_total{code="missing"}',
      'floorlight_sockets',
      'floorlight_live_topics',
    ];
    const grown = await growth(lines, async () => {
      await house.call('GET', '/api/v1/people', undefined, as('wrong'));
      await house.call('POST', '/api/v1/events', '{');
      await expect(house.socket('wrong')).rejects.toThrow('anonymous');
      const socket = await house.socket();
      await socket.emitWithAck('subscribe', { topic: 'nonsense:x' });
      await socket.emitWithAck('subscribe', { topic: 'board:score:day' });
    });
    expect(grown).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('are shown to administrators and to keys with that scope, and to nobody else', async () => {
    const status = async (headers: Record<string, string>) =>
      (await house.call('GET', '/metrics', undefined, headers)).status;
    expect(await status(as(await keyOf('metrics')))).toBe(200);
    expect(await status(as(await keyOf('read', 'events:write', 'people:write', 'definitions:write')))).toBe(403);
    expect(await status(as('wrong'))).toBe(401);
  });

  it('let a key for monitoring see nothing else', async () => {
    const key = await keyOf('metrics');
    for (const url of ['/api/v1/people', '/api/v1/boards/score', '/api/v1/ledger', '/api/v1/sources'])
      expect((await house.call('GET', url, undefined, as(key))).status).toBe(403);
    const socket = await house.socket(key);
    expect(await socket.emitWithAck('subscribe', { topic: 'person:ana' })).toMatchObject({ code: 'forbidden' });
  });

  it('hold nobody: no id of a person, agent, team or event', async () => {
    await house.call('PUT', '/api/v1/people', [{ id: 'wilhelmina', name: 'Wilhelmina', roles: ['agent'] }]);
    await house.call('GET', '/api/v1/people/wilhelmina/performance');
    await house.call('GET', '/api/v1/nothing/wilhelmina');
    const text = await metrics();
    expect(text).toContain('route="/api/v1/people/:id/performance"');
    expect(text.toLowerCase()).not.toContain('wilhelmina');
  });

  it('stand in the reference, every one', async () => {
    const reference = readFileSync(path.resolve(import.meta.dirname, '../../docs/reference/metrics.md'), 'utf8');
    const names = [...(await metrics()).matchAll(/^# TYPE (floorlight_\w+)/gm)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !reference.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('readiness', () => {
  it('says yes with what it looked at', async () => {
    const { status, body } = await house.call('GET', '/readyz');
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { ok: true, database: true, redis: true, migrated: true, problems: [], warnings: [] },
    });
  });

  it('says no while the database lacks a migration of this version', async () => {
    await house.every.rows('update drizzle.__drizzle_migrations set created_at = created_at - 1e15::bigint');
    const { status, body } = await house.call('GET', '/readyz');
    await house.every.rows('update drizzle.__drizzle_migrations set created_at = created_at + 1e15::bigint');
    expect(status).toBe(503);
    expect(body.problems).toEqual(['the database lacks migrations of this version']);
  });

  it('says no while Redis is away, within the time that somebody waits for it', async () => {
    const { redis } = house.ground;
    redis.disconnect();
    const { status, body } = await house.call('GET', '/readyz');
    await redis.connect();
    expect(status).toBe(503);
    expect(body).toMatchObject({ ok: false, database: true, redis: false, problems: ['Redis does not answer'] });
  });
});
