import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freePort } from '../../server/foundation/embedded/processes.ts';
import { type Child, startChild } from '../child-house.ts';
import { newHouse, type Open } from '../open-house.ts';
import { until } from '../raw-socket.ts';
import { type Crowd, openCrowd, populate, queriesOf } from '../storm.ts';

// FLOORLIGHT_CROWD=full: as many as the promise says
const SOCKETS = process.env.FLOORLIGHT_CROWD === 'full' ? 5_000 : 1_000;
const counting = ['--import', path.resolve(import.meta.dirname, '../count-queries.mjs')];
let house: Open;
let child: Child;
let crowd: Crowd;

beforeAll(async () => {
  // the flow is that of this house, so that what the other asks for is asked for its sockets alone
  house = await newHouse();
}, 300_000);
afterAll(async () => {
  crowd?.close();
  await child?.kill();
  await house?.shut();
});

it('all sockets are back within thirty seconds after their server was killed, and are asked about together', async () => {
  const cookies = await populate(house, SOCKETS);
  const { options } = house.ground.redis;
  const plan = {
    databaseUrl: house.databaseUrl,
    redisUrl: `${inject('redisUrl')}/${options.db ?? 0}`,
    port: await freePort(),
    env: { ROLES: 'web' },
    node: counting,
  };
  child = await startChild(plan);
  crowd = await openCrowd(child.url, cookies);
  const killed = Date.now();
  await child.kill();
  await until(() => crowd.whole() === 0);
  child = await startChild(plan);
  const served = Date.now();
  await queriesOf(child);
  await until(() => crowd.whole() === SOCKETS, 120_000);
  const took = { fromKill: crowd.lastAt() - killed, fromStart: crowd.lastAt() - served };
  const { queries, most } = await queriesOf(child);
  console.log(JSON.stringify({ sockets: SOCKETS, ...took, queriesASocket: queries / SOCKETS }));
  for (const [text, times] of most)
    console.log(`${(times / SOCKETS).toFixed(2)}  ${text.replace(/\s+/g, ' ').slice(0, 150)}`);
  // the rest of the thirty seconds is for starting a server, which takes longer on a machine that is busy
  expect(took.fromStart).toBeLessThan(25_000);
  // one by one it would be 20
  expect(queries / SOCKETS).toBeLessThanOrEqual(2);
}, 600_000);
