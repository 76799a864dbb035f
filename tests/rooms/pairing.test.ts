import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { furnish } from '../../server/foundation/http.ts';
import { createKey, saveAccount, signIn } from '../../server/people/accounts/commands.ts';
import { deviceRoutes } from '../../server/people/accounts/device-routes.ts';
import { accountRoutes } from '../../server/people/accounts/routes.ts';
import { viewerByToken } from '../../server/people/accounts/viewers.ts';
import { addOrganisation } from '../../server/people/begin.ts';
import { guard } from '../../server/people/door.ts';
import { peopleRoutes } from '../../server/people/routes.ts';
import { wallRoutes } from '../../server/wallboard/routes.ts';
import { PAIRING_MS, rowsShown } from '../../server/wallboard/rules.ts';
import { SCOPES } from '../../src/lib/contract/words.ts';
import { newWorld, type World } from '../world.ts';

let world: World;
let app: FastifyInstance;
let admin: Hand;
let rita: Hand;
let stranger: Hand;
type Hand = (method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: unknown) => ReturnType<typeof knock>;

async function knock(
  headers: Record<string, string>,
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  url: string,
  body?: unknown,
) {
  const answer = await app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body as object }) });
  return { status: answer.statusCode, body: answer.body ? answer.json() : null };
}
const hand =
  (headers: Record<string, string>): Hand =>
  (method, url, body) =>
    knock(headers, method, url, body);

async function signedIn(orgId: number, id: string, roles: string[]): Promise<Hand> {
  const { key } = await createKey(world, orgId, { name: 'test', scopes: [...SCOPES] });
  const email = `${id}-${orgId}@example.org`;
  const keyed = hand({ authorization: `Bearer ${key}` });
  await keyed('PUT', '/api/v1/people', [{ id, name: id, roles, email }]);
  await saveAccount(world, { orgId, person: id }, { password: 'correct horse battery' });
  const token = await signIn(world, { email, password: 'correct horse battery' });
  return hand({ cookie: `floorlight=${token}` });
}

beforeAll(async () => {
  world = await newWorld();
  const other = world.orgId + 1;
  await addOrganisation(world, { id: world.orgId, name: 'Northwind', timeZone: 'Europe/Berlin' });
  await addOrganisation(world, { id: other, name: 'Southwind', timeZone: 'Europe/Berlin' });
  app = Fastify();
  furnish(app);
  guard(app, world);
  for (const room of [peopleRoutes, accountRoutes, deviceRoutes, wallRoutes])
    await app.register((scope) => room(scope, world));
  await app.ready();
  admin = await signedIn(world.orgId, 'boss', ['admin']);
  await admin('PUT', '/api/v1/teams', [
    { id: 'red', name: 'Red', site: 'main', supervisor: 'rita' },
    { id: 'blue', name: 'Blue', site: 'main' },
  ]);
  rita = await signedIn(world.orgId, 'rita', ['supervisor']);
  stranger = await signedIn(other, 'zoe', ['admin']);
});
afterAll(async () => {
  await app?.close();
  await world?.close();
});

const ask = async () => (await knock({}, 'POST', '/api/v1/pairings')).body as { code: string; secret: string };
const mine = (secret: string) => knock({ 'pairing-secret': secret }, 'GET', '/api/v1/pairings/mine');
const approve = (by: Hand, code: string, wish: object = {}) =>
  by('POST', `/api/v1/pairings/${code}/approve`, { name: 'Window side', ...wish });

describe('a screen that wants in', () => {
  it('waits, is let in by its code however it is typed, and gets its token exactly once', async () => {
    const { code, secret } = await ask();
    expect(code).toMatch(/^[BCDFGHJKMNPQRTVWXY3479]{8}$/);
    expect((await mine(secret)).body.state).toBe('waiting');
    const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `;
    const approved = await approve(admin, encodeURIComponent(typed), { scope: 'team:red' });
    expect(approved).toMatchObject({ status: 201, body: { name: 'Window side', scope: 'team:red' } });
    expect(JSON.stringify(approved.body)).not.toContain('fld_');
    const answers = await Promise.all([mine(secret), mine(secret), mine(secret)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const token = answers.find(({ status }) => status === 200)?.body.token as string;
    expect(await viewerByToken(world, token)).toMatchObject({ kind: 'device', deviceId: approved.body.id });
    const rows = await world.every.rows<{ row: string }>('select p::text as row from pairings p');
    const kept = rows.map(({ row }) => row).join();
    for (const plain of [code, secret, token]) expect(kept).not.toContain(plain);
  });

  it('is told when its code is over, and so is whoever types it', async () => {
    const { code, secret } = await ask();
    world.time.now += PAIRING_MS;
    expect(await mine(secret)).toMatchObject({ status: 404, body: { code: 'pairing_expired' } });
    expect(await approve(admin, code)).toMatchObject({ status: 404, body: { code: 'pairing_expired' } });
  });

  it('asks no more than so often from one address', async () => {
    world.time.now += 16 * 60_000;
    const statuses = [];
    for (let n = 0; n < 61; n++) statuses.push((await knock({}, 'POST', '/api/v1/pairings')).status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(60);
    expect(statuses.at(-1)).toBe(429);
    world.time.now += 16 * 60_000;
  });

  it('has nothing without its secret', async () => {
    expect((await knock({}, 'GET', '/api/v1/pairings/mine')).status).toBe(404);
    expect((await mine('x'.repeat(43))).status).toBe(404);
    expect((await mine("' or 1=1 --")).status).toBe(404);
  });
});

describe('a code', () => {
  it('is good for one of two who approve at the same time, and for nobody afterwards', async () => {
    const { code } = await ask();
    const both = await Promise.all([approve(admin, code), approve(stranger, code)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await approve(admin, code)).toMatchObject({ status: 409, body: { code: 'pairing_used' } });
  });

  it('is not to be guessed: after ten wrong ones even the right one has to wait', async () => {
    world.time.now += 16 * 60_000;
    const { code } = await ask();
    for (let n = 0; n < 10; n++) expect((await approve(admin, 'BBBBBBBB')).status).toBe(404);
    expect((await approve(admin, code)).status).toBe(429);
    expect((await approve(stranger, code)).status, 'somebody else is not shut out').toBe(201);
    world.time.now += 16 * 60_000;
  });

  it('lets a screen show only what its approver may see, and belongs to their organisation', async () => {
    const { code } = await ask();
    expect((await approve(rita, code, { scope: 'team:blue' })).status).toBe(403);
    expect((await approve(rita, code, { scope: 'team:nowhere' })).status).toBe(403);
    expect((await approve(admin, code, { scope: 'team:nowhere' })).status).toBe(404);
    const { body } = await approve(rita, code, { scope: 'team:red' });
    expect((await stranger('DELETE', `/api/v1/devices/${body.id}`)).status).toBe(404);
    expect((await stranger('GET', '/api/v1/devices')).body.items.map((one: { id: string }) => one.id)).not.toContain(
      body.id,
    );
    expect((await knock({}, 'POST', `/api/v1/pairings/${code}/approve`, { name: 'x' })).status).toBe(401);
  });

  it('of a screen that was taken back before it came gives no token', async () => {
    const { code, secret } = await ask();
    const { body } = await approve(admin, code);
    await admin('DELETE', `/api/v1/devices/${body.id}`);
    expect((await mine(secret)).status).toBe(404);
  });
});

describe('scenes', () => {
  it('are chosen as a whole, in order, and refused by path', async () => {
    const { body } = await approve(admin, (await ask()).code);
    const url = `/api/v1/devices/${body.id}/scenes`;
    expect((await admin('GET', url)).body.items).toHaveLength(4);
    const scenes = [
      { kind: 'queue-health', seconds: 8 },
      { kind: 'board', board: 'aht', window: 'week', seconds: 300 },
    ];
    expect((await admin('PUT', url, scenes)).status).toBe(200);
    expect((await admin('GET', url)).body.items).toEqual(scenes);
    for (const wrong of [[], [{ kind: 'queue-health', seconds: 7 }], [{ kind: 'ghost', seconds: 20 }], {}])
      expect((await admin('PUT', url, wrong)).status).toBe(400);
    const preview = await admin(
      'GET',
      `/api/v1/devices/${body.id}/wall?scenes=${encodeURIComponent(JSON.stringify(scenes))}`,
    );
    expect(preview.body.scenes.map((one: { id: string }) => one.id)).toEqual(['queue-health', 'board:aht:week']);
    expect((await admin('GET', `/api/v1/devices/${body.id}/wall?scenes=nonsense`)).status).toBe(400);
    expect((await rita('PUT', url, scenes)).status, 'the whole organisation is hers to see').toBe(200);
  });

  it('pages through devices, renames them and keeps what is not said', async () => {
    const first = (await admin('GET', '/api/v1/devices?limit=1')).body;
    expect(first.items).toHaveLength(1);
    const second = (await admin('GET', `/api/v1/devices?limit=1&cursor=${first.next}`)).body;
    expect(second.items[0].id).not.toBe(first.items[0].id);
    expect((await admin('GET', '/api/v1/devices?cursor=%27')).status).toBe(400);
    const all = (await admin('GET', '/api/v1/devices')).body.items as {
      id: string;
      scope: string;
      revokedAt: string | null;
    }[];
    const { id, scope } = all.find((one) => one.revokedAt === null) as (typeof all)[number];
    const { body } = await admin('PUT', `/api/v1/devices/${id}`, { name: 'Kitchen' });
    expect(body.items[0]).toMatchObject({ id, name: 'Kitchen', scope });
  });
});

it('never shows the last place of several', () => {
  for (let ranked = 2; ranked < 60; ranked++) {
    expect(rowsShown(ranked)).toBeLessThan(ranked);
    expect(rowsShown(ranked)).toBeLessThanOrEqual(7);
  }
  expect([0, 1, 2, 4, 14].map(rowsShown)).toEqual([0, 1, 1, 3, 7]);
});
