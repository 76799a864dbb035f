import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, type EveryDoor, newEveryDoor, VIEWERS } from '../every-door.ts';
import type { Door } from '../scored-floor.ts';

/** Who is let in at each door, asking about ana and her team. A new door fails here until it is decided. */
const LET_IN: Record<string, string[]> = {
  'nobody ana ben cleo rita paul quality trainer manager executive admin device events:write people:write definitions:write read metrics':
    [
      'GET /healthz',
      'GET /readyz',
      'POST /api/v1/session',
      'POST /api/v1/setup',
      'POST /api/v1/invitation/view',
      'POST /api/v1/invitation',
      'POST /api/v1/pairings',
      'GET /api/v1/pairings/mine',
      'GET /api/v1/demo',
    ],
  'ana ben cleo rita paul quality trainer manager executive admin': [
    'GET /api/v1/session',
    'PUT /api/v1/account/password',
    'GET /api/v1/account/sessions',
    'GET /api/v1/points/rules',
    'GET /api/v1/rewards',
    'GET /api/v1/grants',
    'GET /api/v1/redemptions',
    'POST /api/v1/redemptions',
    'POST /api/v1/redemptions/:id/settle',
    'GET /api/v1/flags/:id',
    'POST /api/v1/flags/:id/answer',
    'GET /api/v1/coaching/:id',
    'POST /api/v1/coaching/:id/acknowledge',
    'DELETE /api/v1/session',
    'DELETE /api/v1/account/sessions',
    'DELETE /api/v1/account/sessions/:id',
  ],
  'admin metrics': ['GET /metrics'],
  admin: [
    'PUT /api/v1/people/:id/account',
    'GET /api/v1/keys',
    'POST /api/v1/keys',
    'DELETE /api/v1/keys/:id',
    'POST /api/v1/people/:id/invitation',
    'POST /api/v1/people/:id/reset',
    'PUT /api/v1/organisation',
    'GET /api/v1/accounts',
    'GET /api/v1/audit',
  ],
  'ana ben cleo rita paul quality trainer manager executive admin people:write definitions:write read': [
    'GET /api/v1/organisation',
    'GET /api/v1/sites',
    'GET /api/v1/teams',
    'GET /api/v1/queues',
    'GET /api/v1/kpis',
    'GET /api/v1/kpis/:id',
    'GET /api/v1/targets',
    'GET /api/v1/scorecards',
    'GET /api/v1/scorecards/:role',
    'GET /api/v1/boards',
    'GET /api/v1/badges',
  ],
  'ana admin': ['GET /api/v1/people/:id/looks'],
  'rita paul manager admin': [
    'GET /api/v1/devices',
    'POST /api/v1/devices',
    'PUT /api/v1/devices/:id',
    'DELETE /api/v1/devices/:id',
    'GET /api/v1/grants/budget',
    'POST /api/v1/grants',
    'GET /api/v1/flags',
    'POST /api/v1/flags/:id/close',
    'GET /api/v1/playbooks',
    'GET /api/v1/coaching',
    'POST /api/v1/coaching',
    'POST /api/v1/coaching/:id/settle',
    'POST /api/v1/pairings/:code/approve',
    'GET /api/v1/devices/:id/scenes',
    'PUT /api/v1/devices/:id/scenes',
    'GET /api/v1/devices/:id/wall',
  ],
  'manager admin people:write': [
    'PUT /api/v1/sites',
    'PUT /api/v1/teams',
    'PUT /api/v1/queues',
    'PUT /api/v1/people',
    'POST /api/v1/people/:id/identities',
    'GET /api/v1/unmapped',
  ],
  'rita paul quality trainer manager executive admin people:write read': ['GET /api/v1/people'],
  'ana rita quality trainer manager executive admin read': [
    'GET /api/v1/people/:id',
    'GET /api/v1/people/:id/performance',
    'GET /api/v1/people/:id/trends',
    'GET /api/v1/receipts',
    'GET /api/v1/people/:id/points',
    'GET /api/v1/people/:id/badges',
  ],
  'ana ben cleo rita paul quality trainer manager executive admin events:write read': ['GET /api/v1/sources'],
  'manager admin definitions:write': [
    'PUT /api/v1/sources',
    'GET /api/v1/mappings',
    'GET /api/v1/kpis/:id/versions',
    'GET /api/v1/targets/versions',
    'GET /api/v1/scorecards/:role/versions',
    'PUT /api/v1/kpis/:id',
    'PUT /api/v1/kpis',
    'PUT /api/v1/targets',
    'PUT /api/v1/scorecards/:role',
    'PUT /api/v1/rewards',
    'PUT /api/v1/boards',
    'PUT /api/v1/boards/:id',
  ],
  'admin events:write': [
    'POST /api/v1/events',
    'POST /api/v1/imports',
    'GET /api/v1/imports',
    'GET /api/v1/imports/:id',
    'DELETE /api/v1/imports/:id',
  ],
  'rita quality trainer manager executive admin read': [
    'GET /api/v1/teams/:id/performance',
    'GET /api/v1/teams/:id/people',
  ],
  'rita paul quality trainer manager executive admin read': [
    'GET /api/v1/queues/:id/performance',
    'GET /api/v1/sites/:id/performance',
  ],
  'manager admin read': ['GET /api/v1/ledger'],
  'ana ben cleo rita paul quality trainer manager executive admin read': ['GET /api/v1/boards/:id'],
  device: ['GET /api/v1/wall'],
};
const ENDS = new Set([
  'DELETE /api/v1/session',
  'DELETE /api/v1/account/sessions',
  'DELETE /api/v1/account/sessions/:id',
]);

let floor: EveryDoor;
beforeAll(async () => {
  floor = await newEveryDoor();
});
afterAll(() => floor.close());

const nameOf = ({ method, url }: Door): string => `${method} ${url}`;
const changes = () => floor.doors.filter(({ method }) => method !== 'GET');
/** Asks as somebody; a change without a body unless one is given. */
const ask = (door: Door, headers: Record<string, string>, payload?: string | object) =>
  floor.app.inject({
    method: door.method as 'GET',
    url: addressOf(door),
    headers,
    ...(payload === undefined ? {} : { payload }),
  });

describe('every door', () => {
  it('is decided', () => {
    const decided = Object.values(LET_IN).flat();
    expect(new Set(decided).size).toBe(decided.length);
    expect(floor.doors.map(nameOf).sort()).toEqual([...decided].sort());
  });

  it('lets in whom it should, and nobody else', async () => {
    const wrong: string[] = [];
    for (const [allowed, doors] of Object.entries(LET_IN)) {
      for (const door of floor.doors.filter((one) => doors.includes(nameOf(one)))) {
        for (const who of VIEWERS) {
          const isAllowed = allowed.split(' ').includes(who);
          // a door that ends the session is only tried by those whom it keeps out
          if (isAllowed && ENDS.has(nameOf(door))) continue;
          const { statusCode } = await ask(door, floor.headers[who], door.method === 'GET' ? undefined : {});
          const refused = who === 'nobody' ? 401 : 403;
          if (isAllowed ? [401, 403].includes(statusCode) || statusCode >= 500 : statusCode !== refused)
            wrong.push(`${nameOf(door)} as ${who}: ${statusCode}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each<Record<string, string>>([
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'null' },
  ])('takes no change from a page of another origin: %o', async (told) => {
    for (const door of changes()) {
      const answer = await ask(door, { ...floor.headers.admin, ...told }, {});
      expect(`${nameOf(door)} ${answer.statusCode}`).toBe(`${nameOf(door)} 403`);
      expect(answer.json().detail).toBe('This request comes from a page of another origin.');
    }
  });

  it('takes changes from its own pages, and from programs with a key wherever they run', async () => {
    const door = { method: 'PUT', url: '/api/v1/kpis/:id' };
    const own = { ...floor.headers.admin, host: 'floor.example', origin: 'http://floor.example' };
    expect((await ask(door, { ...own, 'sec-fetch-site': 'same-origin' }, {})).statusCode).toBe(200);
    const key = { ...floor.headers['definitions:write'], origin: 'https://evil.example' };
    expect((await ask(door, key, {})).statusCode).toBe(200);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'x/y',
  ])('refuses a body of the type %s, or does not read it', async (type) => {
    for (const door of changes().filter((one) => !ENDS.has(nameOf(one)))) {
      const { statusCode } = await ask(door, { ...floor.headers.admin, 'content-type': type }, 'a=b');
      expect([nameOf(door), statusCode]).toEqual([nameOf(door), expect.toSatisfy((n: number) => n >= 400 && n < 500)]);
    }
  });

  it.each([
    ['null', 'null'],
    ['a text', '"x"'],
    ['an empty list', '[]'],
    ['a list of nothing', '[null]'],
    ['a number beyond numbers', '{"price":1e309,"weight":1e309}'],
    ['a prototype', '{"__proto__":{"admin":true},"constructor":{"prototype":{}}}'],
    ['a zero byte', '{"name":"a\\u0000b","id":"\\u0000","email":"\\u0000"}'],
    ['half a pair', '{"name":"\\ud800","reason":"\\ud800"}'],
    ['depth', `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['no JSON', '{'],
    ['nothing', ''],
  ])('never fails for %s', async (_, payload) => {
    for (const door of changes().filter((one) => !ENDS.has(nameOf(one)))) {
      const { statusCode } = await ask(door, { ...floor.headers.admin, 'content-type': 'application/json' }, payload);
      expect([nameOf(door), statusCode < 500]).toEqual([nameOf(door), true]);
    }
  });

  it('never fails for a query that nobody meant', async () => {
    const hostile = ['limit=-1', 'limit=x', 'cursor=%00', 'cursor=e30', 'after=1e9', 'at=never', 'window=%F0%9F%92%A5'];
    for (const door of floor.doors.filter(({ method }) => method === 'GET')) {
      for (const query of hostile) {
        const url = addressOf(door);
        const { statusCode } = await floor.app.inject({
          url: `${url}${url.includes('?') ? '&' : '?'}${query}`,
          headers: floor.headers.admin,
        });
        expect([nameOf(door), query, statusCode < 500]).toEqual([nameOf(door), query, true]);
      }
    }
  });
});
