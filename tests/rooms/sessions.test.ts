import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveAccount } from '../../server/people/accounts/commands.ts';
import { hashOf, SESSION_MS, TRIES, TRY_MS } from '../../server/people/accounts/rules.ts';
import { onViewersForgotten } from '../../server/people/accounts/viewers.ts';
import { begin } from '../../server/people/begin.ts';
import { type FloorWorld, newFloor, PASSWORD } from '../floor.ts';

let floor: FloorWorld;
beforeAll(async () => {
  floor = await newFloor();
  const api = await floor.key();
  await api('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main' }]);
});
afterAll(() => floor.close());

const mail = (id: string) => `${id}-${floor.orgId}@example.org`;
const signIn = (email: string, password = PASSWORD) => floor.as({})('POST', '/api/v1/session', { email, password });
const cookieIn = (answer: { headers: Record<string, unknown> }) =>
  String(answer.headers['set-cookie']).split(';')[0] ?? '';

describe('sessions', () => {
  it('tell who is signed in', async () => {
    const ana = await floor.signedIn('ana', ['agent'], 'red');
    const { status, body } = await ana('GET', '/api/v1/session');
    expect(status).toBe(200);
    expect(body).toEqual({
      organisation: { name: 'Northwind', timeZone: 'Europe/Berlin', currency: 'EUR' },
      account: { email: mail('ana') },
      person: { id: 'ana', name: 'ana', team: 'red', teamName: 'Red', site: 'main', timeZone: 'Europe/Berlin' },
      roles: ['agent'],
      sees: [],
      demo: false,
    });
    expect((await floor.as({})('GET', '/api/v1/session')).status).toBe(401);
  });

  it('tell whose figures are shown one by one', async () => {
    const lea = await floor.signedIn('lea', ['supervisor']);
    const max = await floor.signedIn('max', ['manager']);
    expect((await lea('GET', '/api/v1/session')).body.sees).toEqual([]);
    const api = await floor.key();
    expect(
      (await api('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main', supervisor: 'lea' }])).status,
    ).toBe(200);
    expect((await lea('GET', '/api/v1/session')).body.sees).toEqual([{ id: 'red', name: 'Red' }]);
    expect((await max('GET', '/api/v1/session')).body.sees).toBe('all');
  });

  it('hold a new token at each sign-in, and store none', async () => {
    const [one, two] = [cookieIn(await signIn(mail('ana'))), cookieIn(await signIn(mail('ana').toUpperCase()))];
    expect(one).not.toBe(two);
    const token = one.split('=')[1] ?? '';
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const rows = await floor.every.rows<{ row: string; id: string }>('select s::text as row, id from sessions s');
    expect(rows.some(({ row }) => row.includes(token))).toBe(false);
    expect(rows.map((row) => row.id)).toContain(hashOf(token));
    const [account] = await floor.every.rows<{ password: string }>('select password from accounts where email = $1', [
      mail('ana'),
    ]);
    expect(account?.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('slide while they are used, and end when they are not', async () => {
    const used = floor.as({ cookie: cookieIn(await signIn(mail('ana'))) });
    const idle = floor.as({ cookie: cookieIn(await signIn(mail('ana'))) });
    floor.time.now += SESSION_MS / 2 + 1;
    expect((await used('GET', '/api/v1/session')).status).toBe(200);
    floor.time.now += SESSION_MS / 2;
    expect((await used('GET', '/api/v1/session')).status).toBe(200);
    expect((await idle('GET', '/api/v1/session')).status).toBe(401);
    floor.time.now += SESSION_MS;
    expect((await used('GET', '/api/v1/session')).status).toBe(401);
  });

  it('end at once on log-out, alone', async () => {
    const one = floor.as({ cookie: cookieIn(await signIn(mail('ana'))) });
    const two = floor.as({ cookie: cookieIn(await signIn(mail('ana'))) });
    let told = 0;
    const stop = onViewersForgotten(floor.db, () => void told++);
    await one('GET', '/api/v1/session');
    const out = await one('DELETE', '/api/v1/session');
    expect([out.status, told]).toEqual([204, 1]);
    expect(String(out.headers['set-cookie'])).toContain('Max-Age=0');
    expect((await one('GET', '/api/v1/session')).status).toBe(401);
    expect((await two('GET', '/api/v1/session')).status).toBe(200);
    stop();
  });

  it('all end when the account is disabled or its password changes', async () => {
    const admin = await floor.signedIn('boss', ['admin']);
    for (const wish of [{ password: 'another long password' }, { disabled: true }]) {
      await saveAccount(floor, { orgId: floor.orgId, person: 'ana' }, { password: PASSWORD, disabled: false });
      const ana = floor.as({ cookie: cookieIn(await signIn(mail('ana'))) });
      expect((await ana('GET', '/api/v1/session')).status).toBe(200);
      expect((await admin('PUT', '/api/v1/people/ana/account', wish)).status).toBe(200);
      expect((await ana('GET', '/api/v1/session')).status).toBe(401);
      expect((await signIn(mail('ana'))).status).toBe(401);
    }
    await saveAccount(floor, { orgId: floor.orgId, person: 'ana' }, { password: PASSWORD, disabled: false });
  });

  it('lose a role at once', async () => {
    const api = await floor.key();
    const kim = await floor.signedIn('kim', ['manager'], 'red');
    expect((await kim('GET', '/api/v1/unmapped')).status).toBe(200);
    await api('PUT', '/api/v1/people', [{ id: 'kim', roles: ['agent'] }]);
    expect((await kim('GET', '/api/v1/unmapped')).status).toBe(403);
  });
});

describe('signing in', () => {
  it('says the same of an unknown e-mail and of a wrong password', async () => {
    const [wrong, unknown] = [await signIn(mail('ana'), 'wrong password!'), await signIn('nobody@example.org')];
    expect(wrong.status).toBe(401);
    expect(wrong.body).toEqual(unknown.body);
    expect(wrong.headers['set-cookie']).toBeUndefined();
  });

  it('is refused after ten tries, even with the right password, until a quarter of an hour is over', async () => {
    await floor.signedIn('ben', ['agent'], 'red');
    const answers = await Promise.all(Array.from({ length: TRIES + 4 }, () => signIn(mail('ben'), 'wrong password!')));
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(TRIES);
    const late = await signIn(mail('ben'));
    expect(late.status).toBe(429);
    expect(late.headers['retry-after']).toBe('900');
    expect((await signIn(mail('ana'))).status).toBe(201);
    floor.time.now += TRY_MS;
    expect((await signIn(mail('ben'))).status).toBe(201);
  });

  it('is not for pages of other origins, nor is any other change', async () => {
    const foreign = { origin: 'https://evil.example', host: 'floor.example' };
    expect(
      (await floor.as(foreign)('POST', '/api/v1/session', { email: mail('ana'), password: PASSWORD })).status,
    ).toBe(403);
    const cookie = cookieIn(await signIn(mail('ana')));
    expect((await floor.as({ ...foreign, cookie })('DELETE', '/api/v1/session')).status).toBe(403);
    expect(
      (await floor.as({ cookie, origin: 'http://floor.example', host: 'floor.example' })('DELETE', '/api/v1/session'))
        .status,
    ).toBe(204);
  });

  it('takes e-mails of one account only', async () => {
    const admin = await floor.signedIn('chief', ['admin']);
    const taken = await admin('PUT', '/api/v1/people/kim/account', {
      email: mail('ana').toUpperCase(),
      password: PASSWORD,
    });
    expect([taken.status, taken.body.code]).toEqual([409, 'email_taken']);
    expect((await admin('PUT', '/api/v1/people/nobody/account', { password: PASSWORD })).status).toBe(404);
    expect((await admin('PUT', '/api/v1/people/kim/account', { password: 'short' })).status).toBe(400);
  });
});

describe('the first start', () => {
  it('prints a link that makes one administrator, once', async () => {
    const fresh = await newFloor();
    const start = await begin(fresh);
    expect(start.orgId).toBe(fresh.orgId);
    const token = start.setUp?.split('token=')[1] ?? '';
    const given = { token, email: `first-${fresh.orgId}@example.org`, password: PASSWORD, name: 'First' };
    const stranger = fresh.as({});
    expect((await stranger('POST', '/api/v1/setup', { ...given, token: 'x' })).status).toBe(403);
    const made = await stranger('POST', '/api/v1/setup', given);
    expect(made.status).toBe(201);
    const session = await fresh.as({ cookie: cookieIn(made) })('GET', '/api/v1/session');
    expect(session.body).toMatchObject({ person: { id: 'admin', name: 'First' }, roles: ['admin'] });
    expect((await stranger('POST', '/api/v1/setup', given)).status).toBe(403);
    expect((await begin(fresh)).setUp).toBeNull();
    await fresh.close();
  });

  it('a link is over after a day', async () => {
    const fresh = await newFloor();
    const token = (await begin(fresh)).setUp?.split('token=')[1] ?? '';
    fresh.time.now += 24 * 3_600_000;
    const given = { token, email: 'late@example.org', password: PASSWORD, name: 'Late' };
    expect((await fresh.as({})('POST', '/api/v1/setup', given)).status).toBe(403);
    await fresh.close();
  });

  it('takes the administrator and the key from the configuration, every time the same', async () => {
    const env = {
      ADMIN_EMAIL: 'Chief@example.org',
      ADMIN_PASSWORD: PASSWORD,
      API_KEY: 'a-key-of-twenty-four-characters',
    };
    const fresh = await newFloor(env);
    for (let time = 0; time < 2; time++) expect((await begin(fresh)).setUp).toBeNull();
    expect(
      (await fresh.as({})('POST', '/api/v1/session', { email: 'chief@example.org', password: PASSWORD })).status,
    ).toBe(201);
    expect((await fresh.as({ authorization: `Bearer ${env.API_KEY}` })('GET', '/api/v1/unmapped')).status).toBe(200);
    expect(await fresh.every.rows('select 1 from api_keys')).toHaveLength(1);
    expect(await fresh.every.rows('select 1 from accounts')).toHaveLength(1);
    await fresh.close();
  });
});
