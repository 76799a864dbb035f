// The matrix of who sees and does what about somebody: own and other team, another organisation, a screen.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callOf } from '../door-calls.ts';
import { type Headers, VIEWERS } from '../every-door.ts';
import { type Ids, type LivedFloor, MARK, NONE, newLivedFloor } from '../lived-floor.ts';
import type { Door } from '../scored-floor.ts';
import { newStrangers } from '../strangers.ts';
import { rowsOf } from '../table-rows.ts';

let floor: LivedFloor;
let strangers: Record<string, Headers>;
beforeAll(async () => {
  floor = await newLivedFloor();
  strangers = await newStrangers(floor);
});
afterAll(() => floor?.close());

const nameOf = ({ method, url }: Door): string => `${method} ${url}`;

describe('what is ana’s', () => {
  const PEOPLE = 'ana rita manager admin';
  const SEERS = 'ana rita quality trainer manager executive admin read';
  /** Reads first; of the changes each is done by the last who may. */
  const LET_IN: [method: string, path: (ids: Ids) => string, who: string, body?: object][] = [
    ['GET', ({ flag }) => `flags/${flag}`, PEOPLE],
    ['GET', () => 'flags?team=red', 'rita manager admin'],
    ['GET', ({ plan }) => `coaching/${plan}`, PEOPLE],
    ['GET', () => 'coaching?person=ana', PEOPLE],
    ['GET', () => 'grants?person=ana', SEERS.replace(' read', '')],
    ['GET', () => 'redemptions?person=ana', SEERS.replace(' read', '')],
    ['GET', ({ grant }) => `receipts?subject=person:ana&measure=grant:${grant}`, SEERS],
    ['GET', ({ flag }) => `receipts?subject=person:ana&measure=flag:${flag}`, SEERS],
    ['GET', () => 'boards/talkers?scope=team:red', 'ana ben rita quality trainer manager executive admin read'],
    [
      'GET',
      () => 'boards/talkers?scope=site:harbour',
      'ana ben cleo rita paul quality trainer manager executive admin read',
    ],
    ['GET', () => 'boards/talkers?scope=site:main', 'quality trainer manager executive admin read'],
    ['GET', () => 'teams/red/performance', 'ana ben rita quality trainer manager executive admin read'],
    ['GET', () => 'teams/blue/performance', 'paul quality trainer manager executive admin read'],
    ['GET', () => 'sites/harbour/performance', 'ana ben cleo rita paul quality trainer manager executive admin read'],
    ['POST', ({ flag }) => `flags/${flag}/answer`, 'ana', { answer: 'So it was.' }],
    ['POST', ({ plan }) => `coaching/${plan}/acknowledge`, 'ana', {}],
    ['POST', ({ plan }) => `coaching/${plan}/settle`, 'rita manager admin', { outcome: 'cancelled' }],
    [
      'POST',
      () => 'coaching',
      'rita manager admin',
      { person: 'ana', kpi: 'acw', goal: 'Less', steps: ['Try'], dueOn: '2026-05-01' },
    ],
    ['POST', () => 'grants', 'rita manager admin', { person: 'ana', reward: 'coffee', reason: 'Well done.' }],
    ['POST', ({ redemption }) => `redemptions/${redemption}/settle`, PEOPLE, { outcome: 'cancelled' }],
    ['POST', ({ flag }) => `flags/${flag}/close`, 'rita manager admin', { reason: 'So it was.' }],
  ];

  it.each(LET_IN.map(([method, path, ...row]) => [`${method} ${path(KINDS)}`, path, ...row] as const))(
    '%s',
    async (name, path, who, payload) => {
      const method = name.split(' ')[0] as string;
      const let_in = who.split(' ');
      const url = `/api/v1/${path(floor.ids)}`;
      const wrong: string[] = [];
      const order = [...VIEWERS].sort((a, b) => Number(let_in.includes(a)) - Number(let_in.includes(b)));
      for (const viewer of order) {
        const { statusCode } = await knock(floor.headers[viewer], { method, url, ...(payload ? { payload } : {}) });
        const isIn =
          statusCode !== 403 && statusCode !== 401 && statusCode < 500 && statusCode !== 404 && statusCode !== 400;
        if (isIn !== let_in.includes(viewer) || (viewer === 'nobody' && statusCode !== 401))
          wrong.push(`${viewer}: ${statusCode}`);
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe('another organisation', () => {
  it('is told of ours exactly what it is told of nothing, at every door', async () => {
    const wrong: string[] = [];
    // what they may make under any id, they make at the end
    const last = (door: Door) => Number(THEIR_OWN.has(nameOf(door))) * 2 + Number(door.method !== 'GET');
    for (const door of [...floor.doors].sort((a, b) => last(a) - last(b))) {
      for (const [who, headers] of Object.entries(strangers)) {
        const [ours, none] = [callOf(door, floor.ids), callOf(door, NONE)];
        if (!ours || !none) {
          wrong.push(`${nameOf(door)} has no row`);
          continue;
        }
        // what ends their own session is tried by the next test
        if (ENDS.has(nameOf(door))) continue;
        const shown = await knock(headers, { ...door, ...ours });
        if (shown.body.includes(MARK) || shown.body.includes(String(floor.orgId)))
          wrong.push(`${nameOf(door)} shows ours to ${who}: ${shown.body.slice(0, 200)}`);
        if (THEIR_OWN.has(nameOf(door))) continue;
        const unknown = await knock(headers, { ...door, ...none });
        if (shown.statusCode !== unknown.statusCode || alike(shown.body, floor.ids) !== alike(unknown.body, NONE))
          wrong.push(
            `${nameOf(door)} as ${who}: ${shown.statusCode} ${shown.body.slice(0, 200)} | ${unknown.statusCode} ${unknown.body.slice(0, 200)}`,
          );
      }
    }
    expect(wrong).toEqual([]);
  });

  it('changes nothing of ours at any door', async () => {
    const before = await rowsNow(floor.orgId);
    expect(Object.keys(before).length).toBeGreaterThan(30);
    for (const door of [...floor.doors].sort((a, b) => Number(ENDS.has(nameOf(a))) - Number(ENDS.has(nameOf(b)))))
      for (const headers of Object.values(strangers)) {
        const ours = callOf(door, floor.ids);
        if (ours) await knock(headers, { ...door, ...ours });
      }
    await floor.settle(floor.orgId + 1);
    expect(await rowsNow(floor.orgId)).toEqual(before);
  });
});

describe('a screen without a person', () => {
  it('writes nothing at any door, and reads its own wall', async () => {
    const before = await rowsNow(null);
    const read: string[] = [];
    for (const door of floor.doors.filter((one) => !isForAnyone(one))) {
      const { statusCode } = await knock(floor.headers.device, {
        ...door,
        url: door.url,
        ...(callOf(door, floor.ids) as object),
      });
      if (statusCode !== 403) read.push(nameOf(door));
    }
    expect(read).toEqual(['GET /api/v1/wall']);
    expect(await rowsNow(null)).toEqual(before);
  });
});

const KINDS = Object.fromEntries(Object.keys(NONE).map((kind) => [kind, kind])) as Ids;

/** Doors that end the session with which they are asked. */
const ENDS = new Set(['DELETE /api/v1/session', 'DELETE /api/v1/account/sessions']);
/** What everybody makes in their own organisation under whatever id, what says something new each time, and what nobody owns yet. */
const THEIR_OWN = new Set([
  ...['sites', 'teams', 'queues', 'people', 'kpis', 'kpis/:id', 'targets', 'scorecards/:role'].map(
    (at) => `PUT /api/v1/${at}`,
  ),
  ...['boards', 'boards/:id', 'rewards', 'sources', 'organisation'].map((at) => `PUT /api/v1/${at}`),
  ...['events', 'keys', 'devices', 'session', 'pairings', 'pairings/:code/approve'].map((at) => `POST /api/v1/${at}`),
  'GET /metrics',
]);
const FOR_ANYONE =
  /^(\/healthz|\/readyz|\/metrics|\/api\/v1\/(session|setup|invitation|invitation\/view|pairings|pairings\/mine|demo))$/;
const isForAnyone = ({ method, url }: Door) =>
  FOR_ANYONE.test(url) && !(url === '/api/v1/session' && method !== 'POST');

/** Every row there is when nothing is on its way any more. */
async function rowsNow(orgId: number | null): Promise<Record<string, string>> {
  await floor.app.looks.flush();
  await floor.settle();
  return rowsOf(floor.every, orgId);
}

async function knock(
  headers: Headers,
  call: { method: string; url: string; payload?: object | string; headers?: Headers },
) {
  const { statusCode, body } = await floor.app.inject({
    method: call.method as 'GET',
    url: call.url,
    headers: { ...headers, ...call.headers },
    ...(call.payload === undefined ? {} : { payload: call.payload }),
  });
  return { statusCode, body };
}

/** An answer without what differs by itself: the ids that were asked for, positions, instants. */
function alike(body: string, ids: Ids): string {
  const longest = Object.values(ids).sort((a, b) => b.length - a.length);
  const words = longest.map((id) => id.replace(/[.-]/g, '\\$&'));
  return body
    .replace(new RegExp(`(?<![\\w.-])(${words.join('|')})(?![\\w-])`, 'g'), '*')
    .replace(/"(position|expiresAt|at|seenAt)":"[^"]*"/g, '');
}
