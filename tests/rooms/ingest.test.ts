import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { busy } from '../../server/foundation/refusals.ts';
import { sourceSnapshot } from '../../server/ingest/views.ts';
import { queueRows } from '../../server/people/store.ts';
import { type DoorWorld, newDoor } from '../door.ts';
import { wholeLog } from '../world.ts';

let world: DoorWorld;
let key: string;
beforeEach(async () => {
  world = await newDoor();
  key = await world.key();
});
afterEach(() => world.close());

const leg = (id: string, more: object = {}) => ({
  specversion: '1.0',
  id,
  source: 'acd',
  type: 'interaction.ended',
  time: '2026-03-11T09:05:00Z',
  data: {
    interactionId: id,
    agent: 'ana',
    queue: 'sales',
    offeredAt: '2026-03-11T09:00:00Z',
    endedAt: '2026-03-11T09:05:00Z',
    talkMs: 240_000,
    outcome: 'handled',
    customer: 'C-77',
    ...more,
  },
});
const post = async (payload: unknown, headers: Record<string, string> = {}, query = '') => {
  const answer = await world.app.inject({
    method: 'POST',
    url: `/api/v1/events${query}`,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
};
const logged = async () => (await wholeLog(world.db, world.orgId)).filter((event) => event.source !== 'floorlight');

describe('POST /api/v1/events', () => {
  it('keeps the good ones, names the bad ones by index, and counts what it has seen', async () => {
    const first = await post([leg('1'), leg('2', { talkMs: -1 }), 'nonsense', leg('3'), leg('1')]);
    expect(first).toMatchObject({
      status: 200,
      body: { accepted: 2, duplicates: 1, position: expect.stringMatching(/^\d+$/) },
    });
    expect(first.body.rejected).toEqual([
      { index: 1, id: '2', code: 'data_invalid', message: expect.stringContaining('talkMs') },
      { index: 2, id: null, code: 'invalid_envelope', message: expect.any(String) },
    ]);
    expect(first.body).not.toHaveProperty('duplicated');
    const again = await post([leg('9'), leg('1'), leg('3')], {}, '?detail=true');
    expect(again.body).toMatchObject({ accepted: 1, duplicates: 2, rejected: [], duplicated: [1, 2] });
    expect((await logged()).map((event) => event.id)).toEqual(['1', '3', '9']);
  });

  it('takes one event, batches, lines and binary mode', async () => {
    const { data, ...envelope } = leg('4');
    const answers = [
      await post(leg('1')),
      await post(leg('2'), { 'content-type': 'application/cloudevents+json; charset=utf-8' }),
      await post([leg('3')], { 'content-type': 'application/cloudevents-batch+json' }),
      await post(data, {
        'ce-id': '4',
        'ce-source': envelope.source,
        'ce-type': envelope.type,
        'ce-specversion': '1.0',
      }),
      await post(`${JSON.stringify(leg('5'))}\n{broken\n${JSON.stringify(leg('6'))}\n`, {
        'content-type': 'application/x-ndjson',
      }),
    ];
    expect(answers.map(({ status, body }) => [status, body.accepted, body.rejected.length])).toEqual([
      [200, 1, 0],
      [200, 1, 0],
      [200, 1, 0],
      [200, 1, 0],
      [200, 2, 1],
    ]);
    expect(answers[4]?.body.rejected[0]).toMatchObject({ index: 1, id: null, code: 'invalid_envelope' });
    expect((await logged()).map((event) => event.id)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('answers an empty batch with the position of the log', async () => {
    const { body } = await post([leg('1')]);
    expect((await post([])).body).toEqual({ accepted: 0, duplicates: 0, rejected: [], position: body.position });
  });

  it.each([
    [400, 'unreadable', '{"a":', {}],
    [400, 'unreadable', '', {}],
    [400, 'unreadable', '"text"', {}],
    [415, 'media_type', '{}', { 'content-type': 'text/plain' }],
    [415, 'media_type', '{}', { 'content-encoding': 'gzip' }],
    [413, 'too_large', JSON.stringify(Array(5001).fill(0)), {}],
    [413, 'too_large', `[${' '.repeat(5_000_001)}]`, {}],
    [401, 'anonymous', '[]', { authorization: 'Bearer wrong' }],
  ])('refuses a call with %i %s', async (status, code, body, headers) => {
    const answer = await post(body, headers);
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(answer.headers['content-type']).toMatch('application/problem+json');
  });

  it('needs the right scope', async () => {
    key = await world.key('read');
    expect((await post([])).status).toBe(403);
  });

  it('never breaks on hostile JSON', async () => {
    const hostile = [
      `[{"specversion":"1.0","id":"x","source":"acd","type":"agent.state","time":"2026-03-11T09:00:00Z","data":{"__proto__":{"agent":"a"},"state":"pause"}}]`,
      `[${'['.repeat(100_000)}${']'.repeat(100_000)}]`,
      JSON.stringify([leg('1')]).replace('240000', '1e309'),
      JSON.stringify([leg('1')]).replace('"sales"', '"\\ud800"'),
      JSON.stringify([leg('1')]).replace('"ana"', '"a\\u0000b"'),
      JSON.stringify([leg('1')]).replace('"C-77"', '{"toString":1}'),
    ];
    for (const body of hostile) {
      const answer = await post(body);
      expect(answer).toMatchObject({ status: 200, body: { accepted: 0, rejected: [{ index: 0 }] } });
    }
    expect(await logged()).toEqual([]);
  });

  it('refuses what an agent feels by name, and the rest of the call stays', async () => {
    const { body } = await post([leg('1', { agentSentiment: 0.2 }), leg('2')]);
    expect(body).toMatchObject({
      accepted: 1,
      rejected: [{ index: 0, id: '1', code: 'agent_emotion', message: expect.stringContaining('agentSentiment') }],
    });
  });

  it('makes a queue with its first leg', async () => {
    await post([leg('1', { queue: 'Löwen & Söhne' }), leg('2')]);
    const queues = await queueRows(world.db.of(world.orgId), world.orgId);
    expect(queues.map(({ id }) => id).sort()).toEqual(['Löwen & Söhne', 'sales']);
    expect(queues[0]).toMatchObject({ serviceLevelMs: 20_000 });
  });

  it('checks a replacement against its target, in the log or in the same call', async () => {
    await post([leg('1')]);
    const correction = (id: string, of: string, data: object) => ({
      specversion: '1.0',
      id,
      source: 'acd',
      type: 'correction',
      time: '2026-03-11T09:30:00Z',
      data: { of: { source: 'acd', id: of }, action: 'replace', data },
    });
    const state = { agent: 'ana', state: 'pause' };
    const { body } = await post([
      correction('k1', '1', state),
      correction('k2', '2', state),
      leg('2'),
      correction('k3', '7', state),
      correction('k4', '1', leg('1').data),
    ]);
    expect(body.rejected.map((one: { id: string; code: string }) => [one.id, one.code])).toEqual([
      ['k1', 'data_invalid'],
      ['k2', 'data_invalid'],
    ]);
    const kept = (await logged()).find((event) => event.id === 'k4');
    expect(kept?.data).toMatchObject({
      of: { source: 'acd', id: '1' },
      action: 'replace',
      replacement: { data: { talkMs: 240_000 } },
    });
    expect(JSON.stringify(kept?.data)).not.toMatch(/C-77|"ana"/);
  });

  it('tells who comes too fast when to come again, and keeps nothing', async () => {
    const submit = world.log.submit;
    world.log.submit = () => Promise.reject(busy('The log is full.', 2));
    const answer = await post([leg('1')]);
    world.log.submit = submit;
    expect(answer).toMatchObject({ status: 503, body: { code: 'busy' }, headers: { 'retry-after': '2' } });
    expect(await logged()).toEqual([]);
  });
});

describe('GET /api/v1/sources', () => {
  const sources = async (query = '') => {
    const url = `/api/v1/sources${query}`;
    return (await world.app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${key}` } })).json();
  };

  it('tells how fresh each source is, once the position is reflected', async () => {
    const { body } = await post([
      leg('1'),
      { ...leg('2'), source: 'b' },
      { ...leg('3'), time: '2026-03-11T08:00:00Z' },
      leg('bad', { holdMs: 'x' }),
    ]);
    const page = await sources(`?after=${body.position}`);
    expect(page).toEqual({
      items: [
        {
          name: 'acd',
          firstAt: '2026-03-11T10:00:00.000Z',
          lastEventAt: '2026-03-11T09:05:00.000Z',
          lastReceivedAt: '2026-03-11T10:00:00.000Z',
          accepted: 2,
          backfill: 'silent',
        },
        expect.objectContaining({ name: 'b', accepted: 1 }),
      ],
      next: null,
      position: body.position,
    });
    world.time.now += 60_000;
    await post([leg('1'), leg('4')]);
    await world.settled();
    expect((await sourceSnapshot(world, world.orgId, 'acd')).source).toMatchObject({
      accepted: 3,
      lastReceivedAt: '2026-03-11T10:01:00.000Z',
    });
    expect(await sourceSnapshot(world, world.orgId, 'never')).toMatchObject({ source: null });
  });

  it('pages by name', async () => {
    await post(['a', 'b', 'c'].map((source) => ({ ...leg('1'), source })));
    await world.settled();
    const first = await sources('?limit=2');
    expect(first.items.map((s: { name: string }) => s.name)).toEqual(['a', 'b']);
    expect((await sources(`?limit=2&cursor=${first.next}`)).items.map((s: { name: string }) => s.name)).toEqual(['c']);
  });
});
