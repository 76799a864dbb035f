import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { INVITATION_MS, RESET_MS } from '../../server/people/accounts/invitation-commands.ts';
import { TRIES_PER_ADDRESS } from '../../server/people/accounts/tries.ts';
import { type Answer, type FloorWorld, type Hand, newFloor, PASSWORD } from '../floor.ts';

let floor: FloorWorld;
let admin: Hand;
let stranger: Hand;
const NEW = 'a lamp in every window';
beforeAll(async () => {
  floor = await newFloor();
  await (await floor.key())('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main', supervisor: 'rita' }]);
  admin = await floor.signedIn('boss', ['admin']);
  stranger = floor.as({});
});
beforeEach(() => floor.every.rows('delete from sign_in_tries'));
afterAll(() => floor.close());

const mail = (id: string) => `${id}-${floor.orgId}@example.org`;
const tokenIn = (answer: Answer) => new URL(answer.body.url).searchParams.get('token') ?? '';
const cookieIn = (answer: Answer) => String(answer.headers['set-cookie']).split(';')[0] ?? '';
const signIn = (id: string, password: string) => stranger('POST', '/api/v1/session', { email: mail(id), password });
const person = (id: string) =>
  admin('PUT', '/api/v1/people', [{ id, name: id, roles: ['agent'], team: 'red', email: mail(id) }]);
const invite = async (id: string) => {
  await person(id);
  return admin('POST', `/api/v1/people/${id}/invitation`);
};

describe('an invitation', () => {
  it('lets its holder choose a password once, and signs in', async () => {
    const made = await invite('ana');
    expect(made.status).toBe(201);
    expect(Date.parse(made.body.expiresAt) - floor.time.now).toBe(INVITATION_MS);
    const token = tokenIn(made);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect((await stranger('POST', '/api/v1/invitation/view', { token })).body).toMatchObject({
      kind: 'invitation',
      name: 'ana',
      email: mail('ana'),
    });
    const accepted = await stranger('POST', '/api/v1/invitation', { token, password: NEW });
    expect(accepted.status).toBe(201);
    const session = await floor.as({ cookie: cookieIn(accepted) })('GET', '/api/v1/session');
    expect(session.body.person.id).toBe('ana');
    expect((await stranger('POST', '/api/v1/invitation', { token, password: NEW })).status).toBe(403);
    expect((await signIn('ana', NEW)).status).toBe(201);
  });

  it('is stored as a digest only', async () => {
    const token = tokenIn(await invite('ben'));
    const rows = await floor.every.rows<{ row: string }>('select i::text as row from invitations i');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.some(({ row }) => row.includes(token))).toBe(false);
  });

  it('used by ten at once works for one', async () => {
    const token = tokenIn(await invite('cleo'));
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => stranger('POST', '/api/v1/invitation', { token, password: NEW })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(9).fill(403)]);
  });

  it('is over after 72 hours, and when a newer one is made', async () => {
    const old = tokenIn(await invite('dora'));
    const token = tokenIn(await invite('dora'));
    expect((await stranger('POST', '/api/v1/invitation/view', { token: old })).status).toBe(403);
    floor.time.now += INVITATION_MS;
    expect((await stranger('POST', '/api/v1/invitation', { token, password: NEW })).status).toBe(403);
  });

  it('survives a password that is refused', async () => {
    const token = tokenIn(await invite('emma'));
    for (const password of ['short', 'password1234', 'aaaaaaaaaaaaaa', '123456789012', mail('emma'), 'x'.repeat(257)]) {
      const refused = await stranger('POST', '/api/v1/invitation', { token, password });
      expect([refused.status, refused.body.code, password]).toEqual([400, 'password_weak', password]);
    }
    expect((await stranger('POST', '/api/v1/invitation', { token, password: 'nur kleine buchstaben' })).status).toBe(
      201,
    );
  });

  it('needs an e-mail, a person, and an account without a password that is not disabled', async () => {
    await admin('PUT', '/api/v1/people', [{ id: 'finn', name: 'Finn', roles: ['agent'], team: 'red' }]);
    expect((await admin('POST', '/api/v1/people/finn/invitation')).status).toBe(400);
    expect((await admin('POST', '/api/v1/people/nobody/invitation')).status).toBe(404);
    await invite('gina');
    const token = tokenIn(await invite('gina'));
    await admin('PUT', '/api/v1/people/gina/account', { disabled: true });
    expect((await admin('POST', '/api/v1/people/gina/invitation')).body.code).toBe('account_disabled');
    expect((await stranger('POST', '/api/v1/invitation', { token, password: NEW })).status).toBe(403);
    await floor.signedIn('hal', ['agent'], 'red');
    expect((await admin('POST', '/api/v1/people/hal/invitation')).body.code).toBe('account_open');
  });

  it('is an administrator’s alone to make', async () => {
    await person('ivo');
    for (const hand of [
      await floor.signedIn('max', ['manager']),
      await floor.signedIn('rita', ['supervisor'], 'red'),
      await floor.key(),
    ])
      for (const noun of ['invitation', 'reset'])
        expect((await hand('POST', `/api/v1/people/ivo/${noun}`)).status).toBe(403);
  });

  it('of another organisation is not reached', async () => {
    const other = await newFloor();
    const theirs = await other.signedIn('boss', ['admin']);
    expect((await theirs('POST', '/api/v1/people/ivo/invitation')).status).toBe(404);
    await other.close();
  });
});

describe('a reset', () => {
  it('ends sessions when it is used, not when it is made, and lasts an hour', async () => {
    const jo = await floor.signedIn('jo', ['agent'], 'red');
    const made = await admin('POST', '/api/v1/people/jo/reset');
    expect(Date.parse(made.body.expiresAt) - floor.time.now).toBe(RESET_MS);
    expect((await jo('GET', '/api/v1/session')).status).toBe(200);
    expect((await stranger('POST', '/api/v1/invitation', { token: tokenIn(made), password: NEW })).status).toBe(201);
    expect((await jo('GET', '/api/v1/session')).status).toBe(401);
    expect([(await signIn('jo', PASSWORD)).status, (await signIn('jo', NEW)).status]).toEqual([401, 201]);
    const late = tokenIn(await admin('POST', '/api/v1/people/jo/reset'));
    floor.time.now += RESET_MS;
    expect((await stranger('POST', '/api/v1/invitation', { token: late, password: PASSWORD })).status).toBe(403);
  });

  it('is not for who never had a password', async () => {
    await person('kai');
    expect((await admin('POST', '/api/v1/people/kai/reset')).body.code).toBe('account_closed');
    expect((await admin('POST', '/api/v1/people/nobody/reset')).status).toBe(404);
  });
});

it('tokens are not guessed: an address is stopped after a hundred failures, and heard again a quarter later', async () => {
  const token = tokenIn(await invite('lea'));
  const guess = () => stranger('POST', '/api/v1/invitation/view', { token: 'x' });
  for (let n = 0; n < TRIES_PER_ADDRESS; n++) expect((await guess()).status).toBe(403);
  const stopped = await stranger('POST', '/api/v1/invitation/view', { token });
  expect([stopped.status, stopped.body.code, stopped.headers['retry-after']]).toEqual([429, 'too_many', '900']);
  floor.time.now += 900_000;
  expect((await stranger('POST', '/api/v1/invitation/view', { token })).status).toBe(200);
});
