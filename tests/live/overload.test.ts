import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newHouse, type Open } from '../open-house.ts';

const A_CALL = 5_000;
let house: Open;
let held: pg.Client;
beforeAll(async () => {
  house = await newHouse();
  held = new pg.Client(house.databaseUrl);
  await held.connect();
});
afterAll(async () => {
  await held?.end();
  await house?.shut();
});

let sent = 0;
const post = () => {
  // small ones: rows wait here, not bytes
  const time = new Date().toISOString();
  const events = Array.from({ length: A_CALL }, () => ({
    ...{ specversion: '1.0', source: 'acd', type: 'agent.state', time, id: `e${++sent}` },
    data: { agent: '1001', state: 'available' },
  }));
  return house.call('POST', '/api/v1/events', events);
};
const level = () => house.app.admission.counts().level;
async function until(holds: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  const started = Date.now();
  while (!(await holds())) {
    if (Date.now() - started > ms)
      throw new Error(`not within ${ms} ms: ${JSON.stringify(house.app.admission.counts())}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const report = () => house.call('GET', '/api/v1/people?format=csv');
const read = () => house.call('GET', '/api/v1/people');

it('refuses the least worth first while the log cannot take more, keeps nothing of it, and is whole again in ten seconds', async () => {
  expect((await post()).body).toMatchObject({ accepted: A_CALL });
  await held.query('begin');
  await held.query('lock table events in share mode');
  // two calls stand before the table, what comes after them waits
  const calls = Array.from({ length: 5 }, post);
  await until(() => level() === 1);
  expect((await report()).status).toBe(503);
  expect((await read()).status).toBe(200);

  calls.push(...Array.from({ length: 2 }, post));
  await until(() => level() === 2);
  const refused = await fetch(`${house.url}/api/v1/people`);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
  expect(await refused.json()).toMatchObject({ code: 'busy', status: 503, title: 'Too busy, try again' });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(2);

  calls.push(post());
  await until(() => level() === 4);
  const late = await post();
  expect(late).toMatchObject({ status: 503, body: { code: 'busy' } });
  expect((await house.call('GET', '/healthz')).status).toBe(200);

  await held.query('rollback');
  const released = Date.now();
  for (const { status, body } of await Promise.all(calls))
    expect({ status, accepted: body.accepted }).toEqual({ status: 200, accepted: A_CALL });
  await until(async () => level() === 0 && (await report()).status === 200 && (await read()).status === 200, 10_000);
  expect(Date.now() - released).toBeLessThan(10_000);
  const { rows } = await held.query("select count(*)::int as n from events where source = 'acd'");
  expect(rows[0].n).toBe((1 + calls.length) * A_CALL);
  const { refused: counted, open } = house.app.admission.counts();
  expect(counted).toMatchObject({ vital: 0, ingest: 1 });
  expect(open.ingest).toEqual({ calls: 0, bytes: 0 });
});
