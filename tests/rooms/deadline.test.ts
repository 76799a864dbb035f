import { request as ask } from 'node:http';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerInTime } from '../../server/foundation/deadline.ts';
import type { Refusal } from '../../server/foundation/refusals.ts';

const MOST_MS = 200;
const app = Fastify();
let answer = () => {};

beforeAll(async () => {
  app.setErrorHandler((error: Refusal, _request, reply) =>
    reply.code(error.status).header('retry-after', error.retryAfterSeconds).send({ code: error.code }),
  );
  answerInTime(app, MOST_MS);
  app.addHook('onRequest', async (request) => {
    if (request.url === '/hooked') await hanging();
  });
  app.get('/hooked', async () => 'said');
  app.get('/hung', hanging);
  app.get('/quick', async () => 'said');
  app.get('/patient', { config: { patient: true } }, hanging);
  app.post('/body', async ({ body }) => body);
  await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

const hanging = () =>
  new Promise<string>((resolve) => {
    answer = () => resolve('said');
  });

it.each(['/hung', '/hooked'])('refuses as late what does not answer: %s', async (url) => {
  const { statusCode, headers, body } = await app.inject(url);
  expect({ statusCode, retry: headers['retry-after'], body: JSON.parse(body) }).toEqual({
    statusCode: 503,
    retry: '2',
    body: { code: 'late' },
  });
  // what was begun comes to its end, and nobody is answered twice
  answer();
  expect((await app.inject('/quick')).body).toBe('said');
});

it('waits for whoever says that it takes long', async () => {
  const going = app.inject('/patient');
  expect((await app.inject('/hung')).statusCode).toBe(503);
  answer();
  const patient = await Promise.race([going, app.inject('/quick').then(() => null)]);
  expect(patient === null || patient.statusCode === 200).toBe(true);
});

it('does not count the time in which a body comes', async () => {
  const { port } = app.server.address() as { port: number };
  const status = new Promise((resolve) => {
    const sent = ask({ port, method: 'POST', path: '/body', headers: { 'content-type': 'application/json' } });
    sent.once('response', (response) => resolve(response.statusCode));
    sent.write('{"half":');
    // longer than an answer may take, told by an answer that took so long
    void app.inject('/hung').then(() => app.inject('/hung').then(() => sent.end('1}')));
  });
  expect(await status).toBe(200);
});
