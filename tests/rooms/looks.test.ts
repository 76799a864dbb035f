import { afterAll, beforeAll, expect, it } from 'vitest';
import { looksOfTopic } from '../../server/people/looks/rules.ts';
import { type EveryDoor, newEveryDoor, type ViewerName } from '../every-door.ts';

let floor: EveryDoor;
beforeAll(async () => {
  floor = await newEveryDoor();
});
afterAll(() => floor?.close());

const get = async (who: ViewerName, url: string) => {
  const { statusCode, body } = await floor.app.inject({
    method: 'GET',
    url: `/api/v1/${url}`,
    headers: floor.headers[who],
  });
  expect(statusCode, `${who} ${url}: ${body}`).toBe(200);
  return JSON.parse(body);
};
const looksAt = async (person: ViewerName, noun: string): Promise<string[]> => {
  const { items } = await get(person, `people/${person}/looks?limit=500`);
  return items
    .filter((look: { noun: string }) => look.noun === noun)
    .map((look: { viewer: { id: string }; times: number }) => `${look.viewer.id} ${look.times}`)
    .sort();
};

it('a look at a list of a team can be read by each who is in it, and by nobody else', async () => {
  await get('rita', 'teams/red/people');
  await get('rita', 'teams/red/people?window=week');
  await get('paul', 'teams/blue/people');
  await get('read', 'teams/red/people');
  const [ana, ben, cleo] = [await looksAt('ana', 'team'), await looksAt('ben', 'team'), await looksAt('cleo', 'team')];
  expect(ana).toContain('rita 2');
  expect(ana).toHaveLength(2);
  expect(ben).toEqual(ana);
  expect(cleo).toEqual(['paul 1']);
});

it('a list of everybody is a look at everybody, one of a leader a look at the teams that they lead', async () => {
  await get('rita', 'flags');
  await get('manager', 'flags');
  await get('manager', 'coaching?person=ana');
  await get('ana', 'coaching?person=ana');
  expect(await looksAt('ana', 'flags')).toEqual(['manager 1', 'rita 1']);
  expect(await looksAt('cleo', 'flags')).toEqual(['manager 1']);
  expect(await looksAt('ana', 'coaching')).toEqual(['manager 1']);
  expect(await looksAt('cleo', 'coaching')).toEqual([]);
});

it('a live list is a look too, and nobody looks at themselves', async () => {
  const rita = { kind: 'account', orgId: 1, personId: 'rita', roles: ['supervisor'], teams: ['red'] } as never;
  const look = { orgId: 1, viewer: 'person:rita' };
  expect(looksOfTopic(rita, { noun: 'members', parts: ['red', 'day'] })).toEqual([
    { ...look, subject: 'team:red', noun: 'team' },
  ]);
  expect(looksOfTopic(rita, { noun: 'flags', parts: ['red'] })).toEqual([
    { ...look, subject: 'team:red', noun: 'flags' },
  ]);
  expect(looksOfTopic(rita, { noun: 'members', parts: ['blue'] })).toEqual([]);
  await floor.api('PUT', '/api/v1/people', [{ id: 'rita', team: 'red' }]);
  await floor.settle();
  await get('rita', 'teams/red/people');
  expect((await looksAt('rita', 'team')).filter((look) => look.startsWith('rita'))).toEqual([]);
});
