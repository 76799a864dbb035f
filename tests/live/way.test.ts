import { afterAll, beforeAll, expect, it } from 'vitest';
import { leg } from '../legs.ts';
import { newHouse, type Open } from '../open-house.ts';

let house: Open;
beforeAll(async () => {
  house = await newHouse({ log: 'error' });
});
afterAll(() => house?.shut());

it('carries a call from the door to the fact, the KPI, the board and the socket', async () => {
  expect((await house.call('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main' }])).status).toBe(200);
  const people = await house.call('PUT', '/api/v1/people', [
    { id: 'ana', name: 'Ana', roles: ['agent'], team: 'red', identities: [{ source: 'acd', agent: '1001' }] },
    { id: 'ben', name: 'Ben', roles: ['agent'], team: 'red', identities: [{ source: 'acd', agent: '1002' }] },
  ]);
  expect(people.status).toBe(200);
  const board = await house.call('PUT', '/api/v1/boards/aht', {
    measure: 'aht',
    window: 'day',
    unit: 'person',
    scopes: ['org'],
    mode: 'full',
    n: 10,
  });
  expect(board.status).toBe(200);
  await house.surely('GET', `/api/v1/boards/aht?after=${board.body.position}`);

  const socket = await house.socket();
  const first = await socket.emitWithAck('subscribe', { topic: 'board:aht:day' });
  expect(first).toMatchObject({ ok: true, offset: 0, snapshot: { entries: [] } });
  const own = await socket.emitWithAck('subscribe', { topic: 'person:ana' });
  expect(own).toMatchObject({ ok: true, snapshot: { subject: 'person:ana' } });

  const told = new Promise<any>((resolve) =>
    socket.on('topic', (message) => message.topic === 'board:aht:day' && message.delta?.entries && resolve(message)),
  );
  const posted = await house.call('POST', '/api/v1/events', [
    ...Array.from({ length: 12 }, (_, n) => leg(`a${n}`, '1001')),
    ...Array.from({ length: 12 }, (_, n) => leg(`b${n}`, '1002', { talkMs: 240_000 })),
  ]);
  expect(posted).toMatchObject({ status: 200, body: { accepted: 24, duplicates: 0, rejected: [] } });

  const message = await told;
  expect(message.epoch).toBe(first.epoch);
  const shown = await house.surely('GET', `/api/v1/boards/aht?after=${posted.body.position}`);
  expect(shown.body.entries.map((e: any) => [e.rank, e.subject, e.value, e.sample])).toEqual([
    [1, 'person:ana', 200_000, 12],
    [2, 'person:ben', 260_000, 12],
  ]);
  const performance = await house.surely('GET', `/api/v1/people/ana/performance?after=${posted.body.position}`);
  expect(performance.body.facts).toMatchObject({ handled: 12, talk_ms: 12 * 180_000, acw_ms: 240_000 });
  expect(performance.body.kpis.find((k: any) => k.id === 'aht')).toMatchObject({ value: 200_000, sample: 12 });
  const receipt = await house.surely('GET', '/api/v1/receipts?subject=person:ana&measure=kpi:aht&window=day');
  expect(receipt).toMatchObject({ status: 200, body: { value: 200_000, eventsTotal: 12 } });
});

it('changes of a board only what is given, and knows no board of a team that is not there', async () => {
  const first = await house.call('PUT', '/api/v1/boards/talk', { measure: 'aht', window: 'week', mode: 'top-n', n: 3 });
  expect(first.body.items[0]).toMatchObject({ id: 'talk', window: 'week', mode: 'top-n', n: 3, scopes: ['org'] });
  const second = await house.call('PUT', '/api/v1/boards/talk', { n: 5 });
  expect(second.body.items[0]).toMatchObject({ id: 'talk', measure: 'aht', window: 'week', mode: 'top-n', n: 5 });
  const listed = await house.call('GET', '/api/v1/boards?limit=1');
  expect(listed.body).toMatchObject({ items: [{}], next: '1' });
  const bad = await house.call('PUT', '/api/v1/boards/none', { n: 5 });
  expect([bad.status, bad.body.errors[0].path]).toEqual([400, '/0/measure']);
  expect((await house.call('GET', '/api/v1/boards/aht?scope=team:ghost')).status).toBe(404);
});

it('answers from the database when Redis was emptied, and is whole again with the next event', async () => {
  const rows = async (after = '0') => {
    const { body } = await house.surely('GET', `/api/v1/boards/aht?after=${after}`);
    return body.entries.map((entry: { subject: string; value: number; sample: number }) => [
      entry.subject,
      entry.value,
      entry.sample,
    ]);
  };
  const before = await rows();
  expect(before).toHaveLength(2);
  await house.ground.redis.flushdb();
  expect(await rows()).toEqual(before);
  const { body } = await house.call('POST', '/api/v1/events', [leg('again', '1001')]);
  expect(await rows(body.position)).toEqual([
    ['person:ana', 200_000, 13],
    ['person:ben', 260_000, 12],
  ]);
  await expect.poll(() => house.ground.redis.dbsize()).toBeGreaterThan(0);
  expect(await rows(body.position)).toEqual([
    ['person:ana', 200_000, 13],
    ['person:ben', 260_000, 12],
  ]);
});
