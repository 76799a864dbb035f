import { afterAll, beforeAll, expect, it } from 'vitest';
import { recomputeSteps } from '../../server/attainment/receipts/rules.ts';
import { judgeAgain } from '../../server/attainment/receipts/tests.ts';
import { headOf } from '../../server/log/store.ts';
import { saveAccount } from '../../server/people/accounts/commands.ts';
import { leg } from '../legs.ts';
import { newHouse, type Open } from '../open-house.ts';
import { rebuilt } from '../rebuilt.ts';
import type { World } from '../world.ts';

const PASSWORD = 'correct horse battery';
const DAY = 86_400_000;
/** The begin of 11 March in Berlin. */
const FIRST = Date.parse('2026-03-10T23:00:00Z');

let house: Open;
let orgId: number;
// biome-ignore lint/suspicious/noExplicitAny: answers are read as scripts read them
type Hand = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<{ status: number; body: any }>;
const hands = new Map<string, Hand>();
const as = (person: string): Hand => hands.get(person) as Hand;

async function signedIn(id: string): Promise<Hand> {
  await saveAccount(house.ground, { orgId, person: id }, { email: `${id}@example.org`, password: PASSWORD });
  const answer = await fetch(`${house.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${id}@example.org`, password: PASSWORD }),
  });
  const cookie = String(answer.headers.get('set-cookie')).split(';')[0] ?? '';
  return (method, path, body) => house.call(method, `/api/v1/${path}`, body, { cookie });
}

/** A day of 25 calls an agent: one is slow, one short, one fine. `fine` makes the slow one quick too. */
async function day(n: number, fine = false): Promise<void> {
  const events = Array.from({ length: 25 }, (_, at) => {
    const time = new Date(FIRST + n * DAY + 8 * 3_600_000 + at * 900_000).toISOString();
    const slow = fine ? 200_000 : 500_000;
    return [
      leg(`a${n}-${at}`, '1001', { talkMs: slow + at * 100 }, time),
      leg(`b${n}-${at}`, '1002', { talkMs: 200_000 + at * 100 }, time),
      leg(`c${n}-${at}`, '1003', { talkMs: at % 2 ? 4_000 : 200_000 }, time),
    ];
  }).flat();
  house.time.now = FIRST + (n + 1) * DAY + 20 * 60_000;
  const sent = await house.call('POST', '/api/v1/events', events);
  expect(sent.body.accepted, JSON.stringify(sent.body).slice(0, 300)).toBe(75);
}

async function close(n: number): Promise<void> {
  const from = FIRST + n * DAY;
  const data = { window: 'day', zone: 'Europe/Berlin', from, to: from + DAY };
  const event = { source: 'floorlight', id: `window:day:Europe/Berlin:${from}`, type: 'window.closed' as const };
  await house.ground.log.submit(orgId, [{ ...event, time: from + DAY + 900_000, data }]);
  await settled();
}

/** Waits until the flow has passed everything, what it appended itself included. */
async function settled(): Promise<void> {
  for (;;) {
    const head = await headOf(house.ground.db.of(orgId), orgId);
    await house.ground.log.reflected(orgId, head);
    if ((await headOf(house.ground.db.of(orgId), orgId)) === head) return;
  }
}

beforeAll(async () => {
  house = await newHouse({ now: FIRST, env: { TIME_ZONE: 'Europe/Berlin' } });
  orgId = (await house.every.rows<{ id: number }>('select id from organisations'))[0]?.id ?? 0;
  await house.call('PUT', '/api/v1/sites', [{ id: 'main', name: 'Main', timeZone: 'Europe/Berlin' }]);
  await house.call('PUT', '/api/v1/teams', [
    { id: 'red', name: 'Red', site: 'main', supervisor: 'rita' },
    { id: 'blue', name: 'Blue', site: 'main', supervisor: 'bob' },
  ]);
  await house.call('PUT', '/api/v1/queues', [{ id: 'service', shortMs: 10_000 }]);
  const agent = (id: string, team: string, number: string) => ({
    id,
    name: id,
    roles: ['agent'],
    team,
    identities: [{ source: 'acd', agent: number }],
  });
  const leader = (id: string, role: string, team: string) => ({ id, name: id, roles: [role], team });
  const people = [
    agent('ana', 'red', '1001'),
    agent('ben', 'red', '1002'),
    agent('cleo', 'blue', '1003'),
    leader('rita', 'supervisor', 'red'),
    leader('bob', 'supervisor', 'blue'),
    leader('max', 'manager', 'red'),
    leader('quinn', 'quality', 'red'),
  ];
  expect((await house.call('PUT', '/api/v1/people', people)).status).toBe(200);
  await house.call('PUT', '/api/v1/targets', [{ kpi: 'aht', floor: 300_000, target: 270_000, stretch: 240_000 }]);
  await house.call('PUT', '/api/v1/scorecards/agent', { kpis: [{ kpi: 'aht', weight: 1 }], gates: [] });
  for (const { id } of people) hands.set(id, await signedIn(id));
});
afterAll(() => house?.shut());

let flag = '';
let plan = '';

it('flags whoever is beyond the floor, and whoever shortens calls, and nobody else', async () => {
  for (const n of [0, 1]) {
    await day(n);
    await close(n);
  }
  await day(2);
  expect((await as('max')('GET', 'flags')).body.items).toEqual([]);
  await close(2);
  const { body } = await as('max')('GET', 'flags');
  const found = body.items.map(
    (one: { person: { id: string }; kpi: { id: string } }) => `${one.person.id} ${one.kpi.id}`,
  );
  expect(found.sort()).toEqual(['ana aht', 'cleo short_share']);
  const own = (await as('rita')('GET', 'flags')).body.items;
  expect(own).toHaveLength(1);
  flag = own[0].id;
  expect(own[0]).toMatchObject({
    person: { id: 'ana', team: 'red' },
    rule: 'a',
    state: 'open',
    answer: null,
    plan: null,
  });
  expect(own[0].evidence).toHaveLength(3);
  expect(own[0].evidence.every((one: { beyond: boolean; mark: number }) => one.beyond && one.mark === 300_000)).toBe(
    true,
  );
  expect(own[0].gain).toBeGreaterThan(0);
});

it('shows flags to leaders of those people and to the person, and to nobody else', async () => {
  const status = async (who: string, path: string) => (await as(who)('GET', path)).status;
  expect(await status('rita', `flags/${flag}`)).toBe(200);
  expect(await status('ana', `flags/${flag}`)).toBe(200);
  for (const who of ['ben', 'bob', 'quinn']) expect(await status(who, `flags/${flag}`), who).toBe(403);
  for (const who of ['ana', 'quinn']) expect(await status(who, 'flags'), who).toBe(403);
  expect(await status('rita', 'flags?team=blue')).toBe(403);
  expect(await status('rita', 'flags?state=lost')).toBe(400);
  expect(await status('rita', 'flags/none')).toBe(404);
  expect((await house.call('GET', '/api/v1/flags')).status).toBe(403);
  expect((await as('ana')('POST', `flags/${flag}/close`, { reason: 'no' })).status).toBe(403);
  expect((await as('bob')('POST', `flags/${flag}/close`, { reason: 'no' })).status).toBe(403);
  expect((await as('rita')('POST', `flags/${flag}/answer`, { answer: 'no' })).status).toBe(403);
});

it('joins new evidence to the one flag, and keeps what the person answers as text', async () => {
  await day(3);
  await close(3);
  const { body } = await as('rita')('GET', 'flags');
  expect(body.items.map((one: { id: string }) => one.id)).toEqual([flag]);
  expect(body.items[0].evidence).toHaveLength(4);
  expect((await as('ana')('POST', `flags/${flag}/answer`, { answer: '' })).status).toBe(400);
  expect((await as('ana')('POST', `flags/${flag}/answer`, { answer: 'a\u0000b' })).status).toBe(400);
  expect((await as('ana')('POST', `flags/${flag}/answer`, { answer: '<b>new tool</b>' })).status).toBe(200);
  expect((await as('rita')('GET', `flags/${flag}`)).body.answer).toBe('<b>new tool</b>');
});

it('refuses what a follow-up must not be', async () => {
  const wish = {
    person: 'ana',
    flag,
    kpi: 'aht',
    goal: 'Under five minutes',
    steps: ['aht.listen'],
    dueOn: '2026-03-30',
  };
  const tried = async (who: string, change: object) =>
    (await as(who)('POST', 'coaching', { ...wish, ...change })).status;
  expect(await tried('bob', {})).toBe(403);
  expect(await tried('ana', {})).toBe(403);
  expect(await tried('rita', { person: 'cleo' })).toBe(403);
  expect(await tried('rita', { dueOn: '2026-03-01' })).toBe(400);
  expect(await tried('rita', { dueOn: 'soon' })).toBe(400);
  expect(await tried('rita', { dueOn: '2026-02-30' })).toBe(400);
  expect(await tried('rita', { kpi: 'charm', flag: undefined })).toBe(400);
  expect(await tried('rita', { kpi: 'csat' })).toBe(400);
  expect(await tried('rita', { steps: [] })).toBe(400);
  expect((await as('rita')('GET', 'coaching')).body.items).toEqual([]);
});

it('lives: launched once a flag, acknowledged by the agent, settled by the leader', async () => {
  const steps = ['aht.listen', '<i>Sit with Ben</i>'];
  const wish = { person: 'ana', flag, kpi: 'aht', goal: '<script>5:00</script>', steps, dueOn: '2026-03-30' };
  const made = await as('rita')('POST', 'coaching', wish);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  plan = made.body.id;
  expect((await as('max')('POST', 'coaching', wish)).status).toBe(409);
  const seen = await as('ana')('GET', 'coaching?person=ana');
  expect(seen.body.items[0]).toMatchObject({
    id: plan,
    goal: '<script>5:00</script>',
    acknowledgedAt: null,
    state: 'open',
  });
  expect(seen.body.items[0].steps.map(({ text }: { text: string }) => text)[1]).toBe('<i>Sit with Ben</i>');
  expect(seen.body.flags.map((one: { id: string }) => one.id)).toEqual([flag]);
  expect((await as('ben')('GET', 'coaching?person=ana')).status).toBe(403);
  expect((await as('rita')('POST', `coaching/${plan}/acknowledge`)).status).toBe(403);
  expect((await as('ana')('POST', `coaching/${plan}/acknowledge`)).status).toBe(200);
  expect((await as('ana')('POST', `coaching/${plan}/acknowledge`)).status).toBe(409);
  expect((await as('ana')('POST', `coaching/${plan}/settle`, { outcome: 'done' })).status).toBe(403);
  const whole = (await as('rita')('GET', `coaching/${plan}`)).body;
  expect(whole.effect).toMatchObject({ movement: 'cannot_tell', since: { value: null } });
  expect(whole.effect.before.sample).toBe(100);
  expect((await as('rita')('POST', `coaching/${plan}/settle`, { outcome: 'lost' })).status).toBe(400);
  expect((await as('rita')('POST', `coaching/${plan}/settle`, { outcome: 'done' })).status).toBe(200);
  expect((await as('rita')('POST', `coaching/${plan}/settle`, { outcome: 'done' })).status).toBe(409);
});

it('closes by itself when three windows are within, and by a leader with a reason', async () => {
  for (const n of [4, 5, 6]) {
    await day(n, true);
    await close(n);
  }
  expect((await as('rita')('GET', `flags/${flag}`)).body.closed).toMatchObject({ why: 'gone', by: null });
  const other = (await as('bob')('GET', 'flags')).body.items[0].id;
  expect((await as('bob')('POST', `flags/${other}/close`, { reason: 'A broken headset' })).status).toBe(200);
  expect((await as('bob')('POST', `flags/${other}/close`, { reason: 'again' })).status).toBe(409);
  const closed = (await as('bob')('GET', 'flags?state=closed')).body.items[0];
  expect(closed.closed).toMatchObject({ why: 'leader', by: 'bob', reason: 'A broken headset' });
  await day(7, true);
  await close(7);
  expect((await as('bob')('GET', 'flags')).body.items).toEqual([]);
});

it('decides nothing about the past', async () => {
  for (const n of [8, 9, 10]) await day(n);
  house.time.now = FIRST + 14 * DAY;
  for (const n of [8, 9, 10]) await close(n);
  expect((await as('max')('GET', 'flags')).body.items).toEqual([]);
});

it('gives receipts that recompute', async () => {
  const { status, body } = await as('rita')('GET', `receipts?subject=person:ana&measure=flag:${flag}`);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.sentence).toMatch(/^Look here: ana, average handle time, was beyond 5:00 in 4 of 4 days/);
  expect(recomputeSteps(body)).toEqual(body.steps.map((step: { result: number }) => step.result));
  expect(body.tests).toHaveLength(4);
  for (const test of body.tests) expect(judgeAgain(test)).toEqual({ p: test.exact?.p ?? null, speaks: test.speaks });
  expect(body.tests.map(({ speaks }: { speaks: boolean }) => speaks)).toEqual([true, true, true, true]);
  expect(body.events.map(({ type }: { type: string }) => type)).toEqual([
    'flag.opened',
    'flag.joined',
    'flag.answered',
    'flag.closed',
  ]);
  expect((await as('rita')('GET', `receipts?subject=person:ben&measure=flag:${flag}`)).status).toBe(404);
  const follow = await as('ana')('GET', `receipts?subject=person:ana&measure=coaching:${plan}`);
  expect(follow.body.events).toHaveLength(3);
  // its number is what changed in the KPI since, never how many steps were agreed
  const { effect } = (await as('rita')('GET', `coaching/${plan}`)).body;
  const { before, since } = effect;
  const change = before.value === null || since.value === null ? null : since.value - before.value;
  expect(follow.body.value).toBe(change);
  expect(recomputeSteps(follow.body).at(-1) ?? null).toBe(change);
});

it('is the same when everything is told again', async () => {
  await settled();
  const world = { ...house.ground, orgId, url: house.databaseUrl } as World;
  const { differences } = await rebuilt(world);
  expect(differences).toEqual([]);
});
