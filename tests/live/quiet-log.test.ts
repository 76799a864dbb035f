import { afterAll, beforeAll, expect, it } from 'vitest';
import { reasonOf, toldError } from '../../server/foundation/logging.ts';
import { newHouse, type Open } from '../open-house.ts';

const EMAIL = 'wilhelmina.quastenberg@example.org';
const PASSWORD = 'correct horse battery';
const SECRETS = ['wilhelmina', 'quastenberg', PASSWORD, '+49 30 5550199', 'fl_test_'];
const lines: string[] = [];
let house: Open;
beforeAll(async () => {
  const logTo = { write: (line: string) => void lines.push(line) };
  house = await newHouse({ log: 'trace', logTo, env: { ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: PASSWORD } });
});
afterAll(() => house?.shut());

/** The cookie of the administrator's session. */
async function cookieOf(password: string): Promise<string> {
  const body = JSON.stringify({ email: EMAIL, password });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${house.url}/api/v1/session`, { method: 'POST', headers, body });
  expect(answer.status).toBe(201);
  return String(answer.headers.get('set-cookie')).split(';', 1)[0] ?? '';
}

const signIn = (password: string) => house.call('POST', '/api/v1/session', { email: EMAIL, password }, { cookie: '-' });
const PERSON = { id: 'wilhelmina', name: 'Wilhelmina Quastenberg', email: EMAIL, roles: ['agent'] };

it('the log of a run holds nobody, whatever went wrong in it', async () => {
  const cookie = await cookieOf(PASSWORD);
  expect((await signIn('not the password')).status).toBe(401);
  expect((await house.call('PUT', '/api/v1/people', [{ ...PERSON, roles: ['Wilhelmina'] }])).status).toBe(400);
  expect((await house.call('POST', '/api/v1/people', PERSON)).status).toBe(404);
  expect((await house.call('POST', '/api/v1/events', '{"name": "Wilhelmina Quastenberg')).status).toBe(400);
  expect((await house.call('PUT', '/api/v1/people', [{ ...PERSON, roles: ['manager'] }])).status).toBe(200);
  await house.every.rows('alter table accounts add constraint nobody_more check (false) not valid');
  const account = { email: `2${EMAIL}`, password: PASSWORD };
  const failed = await house.call('PUT', '/api/v1/people/wilhelmina/account', account, { cookie, origin: house.url });
  await house.every.rows('alter table accounts drop constraint nobody_more');
  expect(failed.status).toBe(500);
  const log = lines.join('');
  expect(log).toContain('a request failed');
  for (const secret of SECRETS) expect(log.toLowerCase()).not.toContain(secret.toLowerCase());
});

it('of an error of the database its kind and place are told, never its values', async () => {
  const error = await house.every
    .transaction((tx) => tx.rows('select $1::text::int', ['+49 30 5550199']))
    .catch((failure: Error) => failure);
  expect(error).toBeInstanceOf(Error);
  const told = toldError(error);
  expect(JSON.stringify(told)).not.toContain('5550199');
  expect(reasonOf(error as Error)).not.toContain('5550199');
  expect(JSON.stringify(told)).toContain('22P02');
  expect(told.stack).not.toHaveLength(0);
});
