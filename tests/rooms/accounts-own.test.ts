import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyTrail } from '../../server/people/audit/commands.ts';
import { type Answer, type FloorWorld, type Hand, newFloor, PASSWORD } from '../floor.ts';

let floor: FloorWorld;
let admin: Hand;
const NEW = 'a lamp in every window';
beforeAll(async () => {
  floor = await newFloor();
  await (await floor.key())('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main' }]);
  admin = await floor.signedIn('boss', ['admin']);
  await floor.signedIn('ana', ['agent'], 'red');
});
beforeEach(() => floor.every.rows('delete from sign_in_tries'));
afterAll(() => floor.close());

const mail = (id: string) => `${id}-${floor.orgId}@example.org`;
const cookieIn = (answer: Answer) => String(answer.headers['set-cookie']).split(';')[0] ?? '';
const enter = async (id: string, headers: Record<string, string> = {}, password = PASSWORD) =>
  cookieIn(await floor.as(headers)('POST', '/api/v1/session', { email: mail(id), password }));
const holds = async (cookie: string) => (await floor.as({ cookie })('GET', '/api/v1/session')).status === 200;

describe('one’s own password', () => {
  it('is changed with the present one, and ends the other sessions', async () => {
    const [here, there] = [await enter('ana'), await enter('ana')];
    const ana = floor.as({ cookie: here });
    const change = (current: string, password: string) => ana('PUT', '/api/v1/account/password', { current, password });
    expect((await change('wrong password!', NEW)).body.code).toBe('password_wrong');
    expect((await change(PASSWORD, 'short')).body.code).toBe('password_weak');
    expect(await holds(there)).toBe(true);
    expect((await change(PASSWORD, NEW)).status).toBe(204);
    expect([await holds(here), await holds(there)]).toEqual([true, false]);
    expect((await floor.as({})('POST', '/api/v1/session', { email: mail('ana'), password: PASSWORD })).status).toBe(
      401,
    );
    expect((await change(NEW, PASSWORD)).status).toBe(204);
  });

  it('cannot be guessed by who found the screen open', async () => {
    const ana = floor.as({ cookie: await enter('ana') });
    const guess = (current: string) => ana('PUT', '/api/v1/account/password', { current, password: NEW });
    for (let n = 0; n < 10; n++) expect((await guess('wrong password!')).status).toBe(400);
    expect((await guess(PASSWORD)).status).toBe(429);
  });

  it('is nobody’s without an account', async () => {
    const change = { current: PASSWORD, password: NEW };
    expect((await (await floor.key())('PUT', '/api/v1/account/password', change)).status).toBe(403);
    expect((await floor.as({})('PUT', '/api/v1/account/password', change)).status).toBe(401);
  });
});

describe('one’s own sessions', () => {
  it('are listed, with the browser in words and nothing that opens them', async () => {
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const cookie = await enter('ana', { 'user-agent': firefox });
    const { body } = await floor.as({ cookie })('GET', '/api/v1/account/sessions');
    const here = body.items.find((item: { current: boolean }) => item.current);
    expect(here).toMatchObject({ browser: 'Firefox, Linux' });
    expect(JSON.stringify(body)).not.toContain(cookie.split('=')[1]);
    const boss = await admin('GET', '/api/v1/account/sessions');
    expect(boss.body.items.map((item: { id: string }) => item.id)).not.toContain(here.id);
  });

  it('end one by one, and nobody ends another’s', async () => {
    const [here, there] = [await enter('ana'), await enter('ana')];
    const { body } = await floor.as({ cookie: there })('GET', '/api/v1/account/sessions');
    const { id } = body.items.find((item: { current: boolean }) => item.current);
    expect((await admin('DELETE', `/api/v1/account/sessions/${id}`)).status).toBe(404);
    expect(await holds(there)).toBe(true);
    expect((await floor.as({ cookie: here })('DELETE', `/api/v1/account/sessions/${id}`)).status).toBe(204);
    expect([await holds(here), await holds(there)]).toEqual([true, false]);
  });

  it('end everywhere at once, and only one’s own', async () => {
    const [here, there] = [await enter('ana'), await enter('ana')];
    const out = await floor.as({ cookie: here })('DELETE', '/api/v1/account/sessions');
    expect([out.status, String(out.headers['set-cookie'])]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect([await holds(here), await holds(there)]).toEqual([false, false]);
    expect((await admin('GET', '/api/v1/session')).status).toBe(200);
  });

  it('that stood before signing in are ended by it: nobody waits in a session that they planted', async () => {
    const planted = await enter('ana');
    const fresh = await enter('ana', { cookie: planted });
    expect(fresh).not.toBe(planted);
    expect([await holds(planted), await holds(fresh)]).toEqual([false, true]);
  });
});

describe('the last administrator', () => {
  it('is neither disabled nor loses the role', async () => {
    expect((await admin('PUT', '/api/v1/people/boss/account', { disabled: true })).body.code).toBe(
      'last_administrator',
    );
    const lost = await admin('PUT', '/api/v1/people', [{ id: 'boss', roles: ['manager'] }]);
    expect([lost.status, lost.body.code]).toEqual([409, 'last_administrator']);
    expect((await admin('GET', '/api/v1/keys')).status).toBe(200);
  });

  it('is made by administrators alone: a manager gives and takes every role but this', async () => {
    const manager = await floor.signedIn('max', ['manager']);
    for (const change of [
      { id: 'max', roles: ['manager', 'admin'] },
      { id: 'boss', roles: ['agent'] },
      { id: 'new', name: 'New', roles: ['admin'] },
    ])
      expect((await manager('PUT', '/api/v1/people', [change])).status).toBe(403);
    expect((await manager('PUT', '/api/v1/people', [{ id: 'ana', roles: ['agent', 'trainer'] }])).status).toBe(200);
  });
});

it('the trail tells each change of rights, and shows where somebody changed it', async () => {
  const { body } = await admin('POST', '/api/v1/keys', { name: 'dialler', scopes: ['read'] });
  await admin('DELETE', `/api/v1/keys/${body.id}`);
  await admin('PUT', '/api/v1/people/ana/account', { disabled: true });
  await admin('PUT', '/api/v1/people', [{ id: 'ana', roles: ['trainer'] }]);
  const trail = await admin('GET', '/api/v1/audit?limit=4');
  expect(trail.body.items.map(({ actor, act, object }: Record<string, string>) => `${actor} ${act} ${object}`)).toEqual(
    [
      'person:boss person.changed person:ana',
      'person:boss account.disabled person:ana',
      `person:boss key.revoked key:${body.id}`,
      `person:boss key.made key:${body.id}`,
    ],
  );
  expect(trail.body.chain).toBe('verified');
  const next = await admin('GET', `/api/v1/audit?limit=4&cursor=${trail.body.next}`);
  expect(next.body.items[0].number).toBe(trail.body.items[3].number - 1);
  await expect(floor.every.rows('delete from audit where org_id = $1', [floor.orgId])).rejects.toThrow('append-only');
  await floor.every.transaction(async (tx) => {
    await tx.rows('alter table audit disable trigger audit_append_only');
    await tx.rows(`update audit set object = 'person:eve' where org_id = $1 and number = 3`, [floor.orgId]);
    await tx.rows('alter table audit enable trigger audit_append_only');
  });
  expect(await verifyTrail(floor.db.of(floor.orgId), floor.orgId)).toBe(3);
  expect((await admin('GET', '/api/v1/audit')).body.chain).toBe('broken');
});
