import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freePort } from '../../server/foundation/embedded/processes.ts';
import { type Child, startChild } from '../child-house.ts';
import { beset, metricsOf, PEOPLE } from '../hostile.ts';
import { KEY, newHouse, type Open } from '../open-house.ts';
import { openRaw, until } from '../raw-socket.ts';

// FLOORLIGHT_CROWD=full: as many as the promise says; the rules are the same
const full = process.env.FLOORLIGHT_CROWD === 'full';
const PLAN = full
  ? { deaf: 100, floods: 50, readers: 50, seconds: 40 }
  : { deaf: 20, floods: 10, readers: 20, seconds: 15 };
const COLLECTING = path.resolve(import.meta.dirname, '../collecting.mjs');
const MOST_GROWN = 64 * 1024 * 1024;
let house: Open;
let child: Child;

beforeAll(async () => {
  // makes the database; the doors that are beset are those of a process of its own, whose memory is its own
  house = await newHouse({ env: { ROLES: 'web' } });
  await house.call('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main' }]);
  const people = Array.from({ length: PEOPLE }, (_, n) => ({
    id: `p${n}`,
    name: `Person ${n}`,
    roles: ['agent'],
    team: 'red',
    identities: [{ source: 'acd', agent: `a${n}` }],
  }));
  await house.call('PUT', '/api/v1/people', people);
  const board = { measure: 'aht', window: 'day', unit: 'person', scopes: ['org'], mode: 'full', n: 10 };
  const { body } = await house.call('PUT', '/api/v1/boards/handling', board);
  const { options } = house.ground.redis;
  child = await startChild({
    databaseUrl: house.databaseUrl,
    redisUrl: `${inject('redisUrl')}/${options.db ?? 0}`,
    port: await freePort(),
    env: { ROLES: 'web,flow' },
    node: ['--expose-gc', '--import', COLLECTING],
  });
  await house.surely('GET', `/api/v1/sources?after=${body.position}`);
});
afterAll(async () => {
  await child?.kill();
  await house?.shut();
});

it('who does not read, floods or sends rubbish is cut, and neither the server’s memory nor the others notice', async () => {
  const found = await beset({ child, key: KEY }, PLAN);
  console.log(JSON.stringify({ ...found, grown: `${Math.round(found.grown / 1024 / 1024)} MB` }));
  expect(found.grown).toBeLessThan(MOST_GROWN);
  expect(found.samples).toBeGreaterThan(PLAN.readers * 50);
  // a machine that is slow without them may be as slow with them
  expect(found.p99).toBeLessThan(Math.max(1_000, 2 * found.calmP99));
  expect(found.cutWithinMs).toBeLessThan(30_000);
  expect(found.cut).toMatchObject({ flood: PLAN.floods, garbage: 5 });
});

it('a socket that never finishes its handshake is sent away, at each of its steps, and counted', async () => {
  const before = (await metricsOf(child.url, KEY)).cut.unfinished ?? 0;
  const nameless = await openRaw(child.url);
  const refused = await openRaw(child.url);
  refused.heard();
  refused.say('40{"token":"fl_wrong_0123456789abcdef0123456789ab"}');
  let said = '';
  await until(() => {
    said += refused.heard();
    return said.includes('44{"message":"anonymous"');
  });
  await until(() => nameless.isGone() && refused.isGone(), 10_000);
  expect((await metricsOf(child.url, KEY)).cut.unfinished).toBe(before + 2);
});
