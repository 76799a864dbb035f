// What was once wrong in the libraries that we stand on, tried at our own doors: see tests/rules/versions.test.ts.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY, newHouse, type Open } from '../open-house.ts';
import { RIGHT_BODIES } from '../right-bodies.ts';

let house: Open;
beforeAll(async () => {
  house = await newHouse();
  await house.call('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main' }]);
  await house.call('PUT', '/api/v1/people', [{ id: 'ana', name: 'Ana', roles: ['agent'], team: 'red' }]);
});
afterAll(() => house?.shut());

const TRICKS = [
  'Application/JSON',
  'application/json ; charset=utf-8',
  'application/json\t; charset=utf-8',
  'application/json;',
  'application/json; charset=utf-8; charset=utf-7',
  'application/jsonx',
  'application/json, text/plain',
  'application/vnd.api+json',
  ' application/json',
  'text/json',
  'application/x-www-form-urlencoded; a=application/json',
  'application/json\u00a0',
];

describe('a content type that is written in some other way (fastify)', () => {
  it.each(TRICKS)('carries no body past the schema of any door: %j', async (type) => {
    for (const [method, url] of RIGHT_BODIES.filter(([, at]) => at !== '/api/v1/session')) {
      const wrong = '{"id":{"$ne":1},"name":["x"],"scopes":"all","__proto__":{"admin":true}}';
      const { status, body } = await house.call(method, url, wrong, { 'content-type': type }).catch(() => CUT);
      expect([url, type, status]).toEqual([url, type, expect.toSatisfy((n: number) => n >= 400 && n < 500)]);
      expect(body).toMatchObject({ status });
    }
    expect((await house.call('GET', '/api/v1/teams')).body.items).toHaveLength(1);
  });

  /** Fetch itself does not send such a header. */
  const CUT = { status: 400, body: { status: 400 } };
});

describe('a path that is written in some other way (@fastify/static, routers)', () => {
  it.each([
    '/api/v1%2Fledger',
    '/api%2Fv1%2Fledger',
    '/%61pi/v1/ledger',
    '/api/v1/%6cedger',
    '//api/v1/ledger',
    '/api//v1/ledger',
    '/api/v1/./ledger',
    '/api/v1/x/../ledger',
    '/api/v1/x/%2e%2e/ledger',
    '/api/v1/x/..%2fledger',
    '/api/v1/ledger/',
    '/api/v1/ledger;a=b',
    '/api/v1/ledger%00',
    '/API/V1/LEDGER',
    '/healthz/../api/v1/ledger',
    '/healthz%2f..%2fapi%2fv1%2fledger',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%2e%2e/%2e%2e/etc/passwd',
    '/docs/js/..%5c..%5cpackage.json',
    '\\api\\v1\\ledger',
    'http://127.0.0.1/api/v1/ledger',
  ])('leads nobody to what is guarded: %s', async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|401|403|404|30\d) /);
    expect(answer).not.toMatch(/"accounts"|"dependencies"|root:/);
  });
});

describe('a request that does not mean what it says', () => {
  const begin = `POST /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json\r\n`;
  it.each([
    ['two lengths', `${begin}content-length: 2\r\ncontent-length: 30\r\n\r\n[]`],
    ['a length and chunks', `${begin}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a length that is no number', `${begin}content-length: two\r\n\r\n[]`],
    ['a length below nothing', `${begin}content-length: -1\r\n\r\n[]`],
    ['a chunk that is no number', `${begin}transfer-encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n`],
    ['an encoding that nobody knows', `${begin}transfer-encoding: nonsense\r\n\r\n[]`],
    ['a header with a zero byte', `${begin}x: a\u0000b\r\ncontent-length: 2\r\n\r\n[]`],
    ['a thousand headers', `${begin}${'a: b\r\n'.repeat(5_000)}content-length: 2\r\n\r\n[]`],
  ])('is refused, and the connection with it: %s', async (_, text) => {
    const before = await refused();
    const answer = await raw(text);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
    expect(await refused()).toBeGreaterThan(before);
  });

  it('says more than it brings: nothing is kept of it, and nobody else waits', async () => {
    const event = JSON.stringify({ specversion: '1.0', id: 'lied', source: 'acd', type: 'agent.state' });
    const socket = connect(Number(new URL(house.url).port), '127.0.0.1');
    socket.write(`${begin}content-length: 4000\r\n\r\n[${event}]`);
    expect((await house.call('GET', '/api/v1/teams')).status).toBe(200);
    socket.destroy();
    expect((await house.call('GET', '/api/v1/sources')).body.items).toEqual([]);
  });
});

describe('a packet that nobody should send (socket.io, engine.io)', () => {
  it.each([
    ['a thousand attachments announced', '51000-["subscribe",{"_placeholder":true,"num":0}]'],
    ['eleven attachments announced', '511-["subscribe",{"_placeholder":true,"num":0}]'],
    ['attachments without end', `5${'9'.repeat(400)}-["subscribe"]`],
    ['an event named error', '42["error","x"]'],
    ['an event named connect', '42["connect"]'],
    ['an event named disconnecting', '42["disconnecting"]'],
    ['an event named newListener', '42["newListener","x"]'],
    ['an event without a name', '42[]'],
    ['an event whose name is a thing', '42[{"a":1}]'],
    ['no list', '42{"__proto__":{"a":1}}'],
    ['no JSON', '42["subscribe"'],
    ['another namespace', '40/admin,'],
    ['a second hello', `40{"token":"${KEY}"}`],
    ['an acknowledgement that nobody asked for', '430[1]'],
    ['a kind of packet that is none', '49["x"]'],
    ['nothing', ''],
  ])('harms only who sends it: %s', async (_, packet) => {
    const other = await house.socket();
    const hostile = await rawSocket();
    hostile.send(packet);
    // what comes after it is answered, or the socket is closed
    hostile.send('421["subscribe",{"topic":"nonsense:x"}]');
    await Promise.race([hostile.closed, hostile.heard('431')]);
    hostile.close();
    expect(await other.emitWithAck('subscribe', { topic: 'nonsense:x' })).toEqual({ ok: false, code: 'missing' });
    other.disconnect();
    expect((await house.call('GET', '/healthz')).status).toBe(200);
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  it.each([
    'EIO=3&transport=websocket',
    'EIO=4&transport=polling',
    'EIO=4&transport=__proto__',
    'EIO=4&transport=constructor',
    'EIO=4&transport=websocket&sid=nobody',
    'EIO=4&transport=websocket&sid=__proto__',
    'transport=webtransport&EIO=4',
  ])('and a handshake that is none is refused: %s', async (query) => {
    const answer = await fetch(`${house.url}/socket.io/?${query}`, { signal: AbortSignal.timeout(5_000) });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect((await house.call('GET', '/healthz')).status).toBe(200);
  });
});

describe('an order or a place in a list that nobody has (drizzle)', () => {
  const evil = [
    'position; drop table events; --',
    'name" desc; --',
    "1' or '1'='1",
    'pg_sleep(5)',
    '__proto__',
    '(select 1)',
  ];
  const lists = [
    'people',
    'teams',
    'sites',
    'queues',
    'kpis',
    'targets',
    'sources',
    'unmapped',
    'boards',
    'boards/score',
    'badges',
  ];
  it.each(lists)('changes nothing of %s', async (list) => {
    const plain = await house.call('GET', `/api/v1/${list}`);
    for (const text of evil) {
      const from = performance.now();
      for (const name of ['sort', 'order', 'orderBy', 'columns', 'filter']) {
        const { status, body } = await house.call('GET', `/api/v1/${list}?${name}=${encodeURIComponent(text)}`);
        if (status === 200) expect(body.items ?? body.entries).toEqual(plain.body.items ?? plain.body.entries);
        else expect(status).toBe(400);
      }
      for (const cursor of [
        text,
        Buffer.from(text).toString('base64url'),
        Buffer.from(JSON.stringify([text])).toString('base64url'),
      ]) {
        const { status } = await house.call('GET', `/api/v1/${list}?cursor=${encodeURIComponent(cursor)}`);
        expect([200, 400]).toContain(status);
      }
      expect(performance.now() - from).toBeLessThan(4_000);
    }
    expect((await house.every.rows("select 1 from pg_class where relname = 'events'")).length).toBe(1);
  });
});

/** How many requests were refused so far, by whatever code. */
async function refused(): Promise<number> {
  const { body } = await house.call('GET', '/metrics');
  const lines = (body as string).split('\n').filter((line) => line.startsWith('floorlight_refusals_total{'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Sends bytes as they are; everything that came until the other side closed, or a second passed. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(house.url).port), '127.0.0.1');
  let heard = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    heard += chunk;
  });
  socket.on('error', () => {});
  socket.write(Buffer.from(text, 'latin1'));
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.setTimeout(1_000, () => {
      socket.destroy();
      resolve();
    });
  });
  return heard;
}

/** A websocket that says what it is told to, past the client of socket.io. */
async function rawSocket() {
  const socket = new WebSocket(`${house.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const messages: string[] = [];
  const waiting: { start: string; done: () => void }[] = [];
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
  socket.addEventListener('message', ({ data }) => {
    messages.push(String(data));
    for (const { start, done } of waiting) if (String(data).startsWith(start)) done();
  });
  const heard = (start: string) =>
    new Promise<void>((done) => {
      if (messages.some((message) => message.startsWith(start))) done();
      else waiting.push({ start, done });
    });
  await heard('0');
  socket.send(`40{"token":"${KEY}"}`);
  await heard('40');
  return { send: (packet: string) => socket.send(packet), close: () => socket.close(), closed, heard };
}
