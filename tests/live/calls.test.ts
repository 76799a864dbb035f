import { afterAll, beforeAll, expect, it } from 'vitest';
import { newHouse, type Open } from '../open-house.ts';

const PASSWORD = 'correct horse battery';
let house: Open;
beforeAll(async () => {
  const env = {
    TRUSTED_PROXIES: 'loopback',
    CALLS_PER_MINUTE: '10',
    KEY_CALLS_PER_MINUTE: '25',
    ADDRESS_CALLS_PER_MINUTE: '30',
  };
  house = await newHouse({ log: 'error', env: { ...env, ADMIN_EMAIL: 'boss@example.org', ADMIN_PASSWORD: PASSWORD } });
});
afterAll(() => house?.shut());

async function signedIn(): Promise<Record<string, string>> {
  const answer = await house.app.inject({
    method: 'POST',
    url: '/api/v1/session',
    payload: { email: 'boss@example.org', password: PASSWORD },
  });
  return { cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' };
}

async function calls(times: number, headers: Record<string, string>) {
  const answers = [];
  for (let n = 0; n < times; n++) answers.push(await house.app.inject({ url: '/api/v1/organisation', headers }));
  return answers;
}

it('counts the calls of an account over all its sessions, and says how long to wait', async () => {
  const [one, other] = [await signedIn(), await signedIn()];
  const statuses = (await calls(10, one)).map(({ statusCode }) => statusCode);
  expect(new Set(statuses)).toEqual(new Set([200]));
  const [refused] = await calls(1, other);
  expect(refused?.statusCode).toBe(429);
  expect(refused?.json()).toMatchObject({ code: 'too_many', status: 429 });
  expect(refused?.headers['content-type']).toContain('application/problem+json');
  const wait = Number(refused?.headers['retry-after']);
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
});

it('counts a key by itself and by its own measure, and nobody who is nobody', async () => {
  const { body } = await house.call('GET', '/api/v1/organisation');
  expect(body.timeZone).toBeDefined();
  for (let n = 1; n < 25; n++) expect((await house.call('GET', '/api/v1/organisation')).status).toBe(200);
  expect((await house.call('GET', '/api/v1/organisation')).status).toBe(429);
  for (let n = 0; n < 40; n++) expect((await house.app.inject({ url: '/healthz' })).statusCode).toBe(200);
});

it('counts an address that is nobody, by the word of a proxy that is believed, and nobody else behind it', async () => {
  const from = (address: string, headers: Record<string, string> = {}) =>
    fetch(`${house.url}/api/v1/organisation`, { headers: { 'x-forwarded-for': address, ...headers } });
  for (let n = 0; n < 30; n++) expect((await from('198.51.100.1')).status).toBe(401);
  const refused = await from('198.51.100.1');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await from('198.51.100.2')).status).toBe(401);
  const wrong = { authorization: 'Bearer fl_wrong_0123456789abcdef0123456789ab' };
  for (let n = 0; n < 30; n++) expect((await from('198.51.100.1', wrong)).status).toBe(401);
  expect((await from('198.51.100.1', wrong)).status).toBe(429);
  for (let n = 0; n < 40; n++)
    expect((await fetch(`${house.url}/healthz`, { headers: { 'x-forwarded-for': '198.51.100.1' } })).status).toBe(200);
  expect((await from('198.51.100.2', await signedIn())).status).not.toBe(401);
});
