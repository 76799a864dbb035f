import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FloorWorld, type Hand, newFloor } from '../floor.ts';

let floor: FloorWorld;
let admin: Hand;
let manager: Hand;
beforeAll(async () => {
  floor = await newFloor();
  admin = await floor.signedIn('boss', ['admin']);
  manager = await floor.signedIn('max', ['manager']);
});
afterAll(() => floor.close());

describe('the organisation', () => {
  it('is named by an administrator, and everybody reads it at once', async () => {
    const { status, body } = await admin('PUT', '/api/v1/organisation', {
      name: 'North Lights',
      timeZone: 'Asia/Tokyo',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'North Lights', timeZone: 'Asia/Tokyo' });
    const { organisation } = (await manager('GET', '/api/v1/session')).body;
    expect(organisation).toMatchObject({ name: 'North Lights', timeZone: 'Asia/Tokyo' });
    expect((await manager('GET', '/api/v1/organisation')).body.name).toBe('North Lights');
  });

  it('keeps what is not given, and tells nothing twice', async () => {
    await admin('PUT', '/api/v1/organisation', { name: 'North' });
    const count = async () => (await admin('GET', '/api/v1/audit?kind=organisation')).body.items.length;
    const before = await count();
    const { body } = await admin('PUT', '/api/v1/organisation', { name: 'North' });
    expect(body.timeZone).toBe('Asia/Tokyo');
    expect(await count()).toBe(before);
  });

  it('is nobody else’s to name, and its zone is a real one', async () => {
    expect((await manager('PUT', '/api/v1/organisation', { name: 'Mine' })).status).toBe(403);
    const key = await floor.key();
    expect((await key('PUT', '/api/v1/organisation', { name: 'Mine' })).status).toBe(403);
    const { status, body } = await admin('PUT', '/api/v1/organisation', { timeZone: 'Mars/Base' });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'time_zone_unknown', errors: [{ path: '/timeZone' }] });
  });
});

describe('keys', () => {
  it('say who made them and when they were last used, written at most once in five minutes', async () => {
    const { body } = await admin('POST', '/api/v1/keys', { name: 'PBX', scopes: ['read'] });
    const listed = async () =>
      (await admin('GET', '/api/v1/keys')).body.items.find((one: { id: string }) => one.id === body.id);
    expect(await listed()).toMatchObject({ madeBy: 'boss', lastUsedAt: null });
    const key = floor.as({ authorization: `Bearer ${body.key}` });
    await key('GET', '/api/v1/people');
    const { lastUsedAt } = await listed();
    expect(Date.parse(lastUsedAt)).toBeGreaterThan(0);
    await key('GET', '/api/v1/people');
    expect((await listed()).lastUsedAt).toBe(lastUsedAt);
  });
});

describe('accounts', () => {
  const mail = () => `ina-${floor.orgId}@example.org`;
  const stateOf = async (person: string) =>
    (await admin('GET', '/api/v1/accounts')).body.items.find((one: { person: string }) => one.person === person);

  it('say how far somebody’s way in is', async () => {
    const made = await admin('PUT', '/api/v1/people', [{ id: 'ina', name: 'Ina', email: mail(), roles: ['trainer'] }]);
    expect(made.status).toBe(200);
    expect(await stateOf('ina')).toBeUndefined();
    const link = await admin('POST', '/api/v1/people/ina/invitation');
    expect(link.status).toBe(201);
    expect(await stateOf('ina')).toMatchObject({ state: 'invited', signedInAt: null });
    await admin('PUT', '/api/v1/people/ina/account', { password: 'four little lamps lit' });
    expect(await stateOf('ina')).toMatchObject({ state: 'active', signedInAt: null });
    const sign = { email: mail(), password: 'four little lamps lit' };
    expect((await floor.as({})('POST', '/api/v1/session', sign)).status).toBe(201);
    expect((await stateOf('ina')).signedInAt).not.toBeNull();
    await admin('PUT', '/api/v1/people/ina/account', { disabled: true });
    expect(await stateOf('ina')).toMatchObject({ state: 'disabled' });
  });

  it('are an administrator’s to see', async () => {
    expect((await manager('GET', '/api/v1/accounts')).status).toBe(403);
    expect((await floor.as({})('GET', '/api/v1/accounts')).status).toBe(401);
  });
});

describe('the trail', () => {
  it('is read by person and by kind, with the names of now', async () => {
    const { body } = await admin('GET', '/api/v1/audit?who=ina');
    expect(body.chain).toBe('verified');
    expect(body.items.length).toBeGreaterThan(2);
    for (const one of body.items) expect([one.actor, one.object]).toContain('person:ina');
    expect(body.items[0]).toMatchObject({ actorName: 'boss', objectName: 'Ina' });
    const keys = (await admin('GET', '/api/v1/audit?kind=key')).body.items;
    expect(keys.length).toBeGreaterThan(0);
    for (const one of keys) expect(one.act).toMatch(/^key\./);
    expect((await admin('GET', '/api/v1/audit?kind=weather')).status).toBe(400);
  });

  it('goes on page by page within what was asked for', async () => {
    const first = (await admin('GET', '/api/v1/audit?who=ina&limit=1')).body;
    const second = (await admin('GET', `/api/v1/audit?who=ina&limit=1&cursor=${first.next}`)).body;
    expect(second.items[0].number).toBeLessThan(first.items[0].number);
  });
});
