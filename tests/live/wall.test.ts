import { randomBytes } from 'node:crypto';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topics } from '../../server/doors.ts';
import { createDevice, revokeDevice } from '../../server/people/accounts/device-commands.ts';
import type { WallView } from '../../src/lib/contract/wall.ts';
import { newHouse, type Open } from '../open-house.ts';

let house: Open;
const ORG = 1;
const routes: { method: string; url: string }[] = [];

beforeAll(async () => {
  house = await newHouse();
  await house.call('PUT', '/api/v1/teams', [
    { id: 'red', name: 'Red', site: 'main' },
    { id: 'blue', name: 'Blue', site: 'main' },
  ]);
  await house.call('PUT', '/api/v1/people', [
    { id: 'ana', name: 'Ana', roles: ['agent'], team: 'red' },
    { id: 'ben', name: 'Ben', roles: ['agent'], team: 'blue' },
  ]);
  const { paths } = (await house.call('GET', '/api/v1/openapi.json')).body;
  for (const [url, methods] of Object.entries(paths as Record<string, object>))
    for (const method of Object.keys(methods)) routes.push({ method: method.toUpperCase(), url });
});
afterAll(() => house?.shut());

const earned = async (person: string, change: object = {}) => {
  const id = `badge:full-house:gold:${person}:${randomBytes(4).toString('hex')}`;
  const data = {
    badge: 'full-house',
    version: 1,
    tier: 'gold',
    person,
    period: 'day:today',
    points: 25,
    celebrate: true,
  };
  const event = { source: 'floorlight', id, type: 'badge.earned' as const, time: house.ground.clock.now() };
  const { position } = await house.ground.log.submit(ORG, [{ ...event, data: { ...data, ...change } }]);
  await house.ground.log.reflected(ORG, position);
  return id;
};
const wallOf = async (token: string, query = '') =>
  (await house.call('GET', `/api/v1/wall${query}`, undefined, { authorization: `Bearer ${token}` })).body as WallView;
const screen = (scope: string) => createDevice(house.ground, ORG, { name: scope, scope });

describe('a celebration', () => {
  it('is in view of the screens of its scope alone, with name and words', async () => {
    const [red, blue, all] = [await screen('team:red'), await screen('team:blue'), await screen('org')];
    const id = await earned('ana');
    expect((await wallOf(red.token)).celebrations).toEqual([
      expect.objectContaining({
        id,
        person: 'Ana',
        team: 'Red',
        name: 'Full house',
        tier: 'gold',
        words: '65 contacts in a day',
      }),
    ]);
    expect((await wallOf(all.token)).celebrations.map((one) => one.id)).toEqual([id]);
    const elsewhere = JSON.stringify(await wallOf(blue.token));
    expect(elsewhere).not.toContain('Ana');
    expect(elsewhere).not.toContain(id);
  });

  it('is not made of what a history brought in, nor of what is long ago', async () => {
    const red = await screen('team:red');
    const silent = await earned('ana', { celebrate: false, tier: 'silver' });
    const ids = (await wallOf(red.token)).celebrations.map((one) => one.id);
    expect(ids).not.toContain(silent);
  });

  it('comes over the socket, to that screen and no other', async () => {
    const { token, id: device } = await screen('team:red');
    const socket = await house.socket(token);
    await socket.emitWithAck('subscribe', { topic: `wall:${device}` });
    const told = new Promise<string>((resolve) =>
      socket.on('topic', (message: { delta?: { celebrations?: object } }) => {
        if (message.delta?.celebrations) resolve(JSON.stringify(message.delta.celebrations));
      }),
    );
    const id = await earned('ana');
    expect(await told).toContain(id);
  });
});

describe('the token of a screen', () => {
  it('opens its wall, and no other route of the house', async () => {
    const { token } = await screen('org');
    const free = new Set<string>();
    for (const { method, url } of routes) {
      const path = url.replace(/\{\w+\}/g, 'ana');
      const asked = { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } };
      const answer = await fetch(house.url + path, method === 'GET' ? asked : { ...asked, body: '[]' });
      await answer.arrayBuffer();
      if (answer.status !== 403) free.add(`${method} ${url}`);
    }
    expect(routes.length).toBeGreaterThan(40);
    const writes = [...free].filter((one) => !one.startsWith('GET ') && !PUBLIC.some((url) => one.includes(url)));
    expect(writes, 'writes').toEqual([]);
    const reads = [...free].filter((one) => one.startsWith('GET ') && !PUBLIC.some((url) => one.includes(url)));
    expect(reads, 'reads').toEqual(['GET /api/v1/wall']);
  });

  it('watches its wall, and no other topic', async () => {
    const { token, id } = await screen('org');
    const other = await screen('org');
    const socket = await house.socket(token);
    const names = topics(house.ground).map(({ noun }) => noun);
    const asked = names.flatMap((noun) => [`${noun}:ana`, `${noun}:red`, `${noun}:score:day`, `${noun}:score:day:org`]);
    for (const topic of [...asked, `wall:${other.id}`])
      expect((await socket.emitWithAck('subscribe', { topic })).ok, topic).toBe(false);
    expect((await socket.emitWithAck('subscribe', { topic: `wall:${id}` })).ok).toBe(true);
  });

  it('is nothing once it was taken back: socket closed, wall refused', async () => {
    const { token, id } = await screen('org');
    const socket: Socket = await house.socket(token);
    await socket.emitWithAck('subscribe', { topic: `wall:${id}` });
    const from = performance.now();
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await revokeDevice(house.ground, ORG, id);
    await gone;
    expect(performance.now() - from).toBeLessThan(5_000);
    const { status } = await house.call('GET', '/api/v1/wall', undefined, { authorization: `Bearer ${token}` });
    expect(status).toBe(401);
    await expect(house.socket(token)).rejects.toThrow('anonymous');
  });
});

/** Doors that ask nobody who they are: health, signing in, asking to be let in. */
const PUBLIC = [
  '/healthz',
  '/readyz',
  '/docs',
  '/openapi.json',
  '/api/v1/demo',
  'POST /api/v1/session',
  '/api/v1/setup',
  'POST /api/v1/pairings',
  '/api/v1/pairings/mine',
  '/api/v1/invitations',
  '/api/v1/resets',
  '/api/v1/invitation',
];
