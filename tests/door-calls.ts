import { leg } from './legs.ts';
import type { Ids } from './lived-floor.ts';
import type { Door } from './scored-floor.ts';

/** The address of a door with these in it, and what would do something there. */
export type Call = { url: string; payload?: object | string; headers?: Record<string, string> };

const PASSWORD = 'correct horse battery staple';
const SCENES = [{ kind: 'queue-health', seconds: 30 }];
const KPI = {
  name: 'Taken',
  unit: 'count',
  better: 'higher',
  kind: 'ratio',
  value: 'missed',
  sample: 'missed',
  minSample: 1,
};
const FORM = ['--x', 'content-disposition: form-data; name="how"', '', '{"source":"acd","format":"queue_log"}', '--x'];

/** What changes something at each door; one that is not here is not tried, and a test says so. */
const CHANGES: Record<string, (ids: Ids) => Omit<Call, 'url'>> = {
  'PUT /api/v1/sites': ({ site }) => body([{ id: site, name: 'Taken', timeZone: 'Asia/Tokyo' }]),
  'PUT /api/v1/teams': ({ team, person }) => body([{ id: team, name: 'Taken', site: 'main', supervisor: person }]),
  'PUT /api/v1/queues': ({ queue }) => body([{ id: queue, name: 'Taken', shortMs: 1 }]),
  'PUT /api/v1/people': ({ person }) =>
    body([{ id: person, name: 'Taken', roles: ['admin'], identities: [{ source: 'acd', agent: '1001' }] }]),
  'PUT /api/v1/people/:id/account': () => body({ password: PASSWORD, disabled: true }),
  'POST /api/v1/people/:id/invitation': () => ({}),
  'POST /api/v1/people/:id/reset': () => ({}),
  'POST /api/v1/people/:id/identities': () => body({ source: 'acd', agent: '1001' }),
  'PUT /api/v1/organisation': () => body({ name: 'Taken' }),
  'POST /api/v1/keys': () => body({ name: 'Taken', scopes: ['read'] }),
  'DELETE /api/v1/keys/:id': () => ({}),
  'POST /api/v1/devices': ({ team }) => body({ name: 'Taken', scope: `team:${team}` }),
  'PUT /api/v1/devices/:id': () => body({ name: 'Taken' }),
  'DELETE /api/v1/devices/:id': () => ({}),
  'PUT /api/v1/devices/:id/scenes': () => body(SCENES),
  'POST /api/v1/pairings': () => ({}),
  'POST /api/v1/pairings/:code/approve': () => body({ name: 'Taken', scope: 'org' }),
  'PUT /api/v1/account/password': () => body({ current: 'not this one at all', password: PASSWORD }),
  'DELETE /api/v1/account/sessions': () => ({}),
  'DELETE /api/v1/account/sessions/:id': () => ({}),
  'DELETE /api/v1/session': () => ({}),
  'POST /api/v1/session': ({ person }) => body({ email: `${person}@example.org`, password: PASSWORD }),
  'POST /api/v1/setup': () => body({ token: 'x'.repeat(43), email: 'x@example.org', password: PASSWORD, name: 'X' }),
  'POST /api/v1/invitation/view': () => body({ token: 'x'.repeat(43) }),
  'POST /api/v1/invitation': () => body({ token: 'x'.repeat(43), password: PASSWORD }),
  'PUT /api/v1/kpis': ({ kpi }) => body([{ id: kpi, ...KPI }]),
  'PUT /api/v1/kpis/:id': () => body(KPI),
  'PUT /api/v1/targets': ({ person }) => body([{ kpi: 'aht', person, floor: 3, target: 2, stretch: 1 }]),
  'PUT /api/v1/scorecards/:role': () => body({ kpis: [{ kpi: 'acw', weight: 9 }] }),
  'PUT /api/v1/boards': ({ board }) => body([{ id: board, measure: 'score' }]),
  'PUT /api/v1/boards/:id': () => body({ measure: 'score', mode: 'full' }),
  'PUT /api/v1/rewards': ({ reward }) =>
    body([{ id: reward, name: 'Taken', words: 'Taken', icon: 'star', price: 1, stock: null }]),
  'POST /api/v1/grants': ({ person, reward }) => body({ person, reward, reason: 'Because of it.' }),
  'POST /api/v1/redemptions': ({ reward, redemption }) =>
    body({ reward, id: /^[0-9a-f-]{36}$/.test(redemption) ? redemption : undefined }),
  'POST /api/v1/redemptions/:id/settle': () => body({ outcome: 'cancelled' }),
  'POST /api/v1/flags/:id/close': () => body({ reason: 'Because of it.' }),
  'POST /api/v1/flags/:id/answer': () => body({ answer: 'Because of it.' }),
  'POST /api/v1/coaching': ({ person, flag }) =>
    body({ person, flag, kpi: 'aht', goal: 'Taken', steps: ['Taken'], dueOn: '2026-05-01' }),
  'POST /api/v1/coaching/:id/acknowledge': () => ({}),
  'POST /api/v1/coaching/:id/settle': () => body({ outcome: 'cancelled' }),
  'PUT /api/v1/sources': ({ source }) => body([{ name: source, backfill: 'award' }]),
  'DELETE /api/v1/imports/:id': () => ({}),
  'POST /api/v1/events': () => body([leg('1001-0', '1001', {}, '2026-03-11T10:00:00Z')]),
  'POST /api/v1/imports': () => ({
    payload: [...FORM, 'content-disposition: form-data; name="file"; filename="a"', '', '', '--x--', ''].join('\r\n'),
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  }),
};

/** Which of the ids stands where in the address of a door, by its noun. */
const SUBJECTS: Record<string, keyof Ids> = {
  ...{
    people: 'person',
    teams: 'team',
    queues: 'queue',
    sites: 'site',
    boards: 'board',
    kpis: 'kpi',
    devices: 'device',
  },
  ...{ flags: 'flag', coaching: 'plan', keys: 'key', redemptions: 'redemption', account: 'session', pairings: 'code' },
  imports: 'upload',
};
const QUERIES: Record<string, (ids: Ids) => string> = {
  'GET /api/v1/receipts': ({ person }) => `?subject=person:${person}&measure=kpi:aht`,
  'GET /api/v1/playbooks': () => '?kpi=aht',
  'GET /api/v1/flags': ({ team }) => `?team=${team}`,
  'GET /api/v1/coaching': ({ person }) => `?person=${person}`,
  'GET /api/v1/grants': ({ person }) => `?person=${person}`,
  'GET /api/v1/redemptions': ({ person }) => `?person=${person}`,
  'GET /api/v1/audit': ({ person }) => `?who=${person}`,
};

/** How to knock at a door about these ids; null where nobody said yet what changes something there. */
export function callOf({ method, url }: Door, ids: Ids): Call | null {
  const name = `${method} ${url}`;
  const change = CHANGES[name];
  if (method !== 'GET' && !change) return null;
  const subject = ids[SUBJECTS[url.split('/')[3] ?? ''] ?? 'person'];
  const path = url.replace('/:role', '/agent').replace(/:\w+/, subject);
  return { url: path + (QUERIES[name]?.(ids) ?? ''), ...change?.(ids) };
}

function body(payload: object): Omit<Call, 'url'> {
  return { payload };
}
