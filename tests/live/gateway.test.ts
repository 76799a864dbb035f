import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveAccount, signIn } from '../../server/people/accounts/commands.ts';
import { createDevice, revokeDevice } from '../../server/people/accounts/device-commands.ts';
import { leg } from '../legs.ts';
import { newHouse, type Open } from '../open-house.ts';

let house: Open;
const PASSWORD = 'correct horse battery';
const ORG = 1;

beforeAll(async () => {
  house = await newHouse();
  await house.call('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main' }]);
  await house.call('PUT', '/api/v1/people', [
    {
      id: 'ana',
      name: 'Ana',
      email: 'ana@example.org',
      roles: ['agent'],
      team: 'red',
      identities: [{ source: 'acd', agent: '1001' }],
    },
    {
      id: 'ben',
      name: 'Ben',
      email: 'ben@example.org',
      roles: ['agent'],
      team: 'red',
      identities: [{ source: 'acd', agent: '1002' }],
    },
  ]);
  const board = { measure: 'aht', window: 'day', unit: 'person', scopes: ['org'], mode: 'full', n: 10 };
  const { body } = await house.call('PUT', '/api/v1/boards/aht', board);
  await house.surely('GET', `/api/v1/boards/aht?after=${body.position}`);
});
afterAll(() => house?.shut());

let sent = 0;
const post = async (agent: string, n = 12) => {
  const events = Array.from({ length: n }, () => leg(`e${++sent}`, agent));
  const { body } = await house.call('POST', '/api/v1/events', events);
  await house.surely('GET', `/api/v1/sources?after=${body.position}`);
  return body.position as string;
};
type Told = { topic: string; epoch: string; offset: number; delta?: unknown; snapshot?: unknown };
const heard = (socket: Socket, topic: string) => {
  const messages: Told[] = [];
  const waiting: (() => void)[] = [];
  socket.on('topic', (message: Told) => {
    if (message.topic !== topic) return;
    messages.push(message);
    for (const go of waiting.splice(0)) go();
  });
  const until = async (holds: (messages: Told[]) => boolean): Promise<void> => {
    while (!holds(messages)) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { messages, until };
};

describe('a topic', () => {
  it('numbers its deltas without a gap, and a reader who applies them stands where the door stands', async () => {
    const { merge } = await import('../../src/lib/live/merge.ts');
    const socket = await house.socket();
    const ears = heard(socket, 'person:ana');
    const first = await socket.emitWithAck('subscribe', { topic: 'person:ana' });
    let state = first.snapshot;
    for (let round = 0; round < 5; round++) await post('1001', 3);
    await ears.until((messages) => {
      for (const message of messages.splice(0)) {
        expect(message.epoch).toBe(first.epoch);
        expect(message.offset).toBe(++first.offset);
        state = merge(state, message.delta);
      }
      return state.facts.handled >= 15;
    });
    const door = await house.surely('GET', '/api/v1/people/ana/performance');
    expect(state.facts).toEqual(door.body.facts);
  });

  it('gives who was away the deltas since, and everything when the epoch is another', async () => {
    const socket = await house.socket();
    const keeper = heard(socket, 'person:ben');
    const first = await socket.emitWithAck('subscribe', { topic: 'person:ben' });
    const away = await house.socket();
    await post('1002', 2);
    await keeper.until((messages) => messages.length > 0);
    const back = await away.emitWithAck('subscribe', { topic: 'person:ben', epoch: first.epoch, offset: first.offset });
    expect(back).toMatchObject({ ok: true, epoch: first.epoch });
    expect(back.deltas).toHaveLength(back.offset - first.offset);
    const lost = await away.emitWithAck('subscribe', { topic: 'person:ben', epoch: 'another', offset: 3 });
    expect(lost).toMatchObject({ ok: true, snapshot: { subject: 'person:ben' } });
    const ahead = await away.emitWithAck('subscribe', { topic: 'person:ben', epoch: first.epoch, offset: 9_999 });
    expect(ahead.snapshot).toBeDefined();
  });

  it('shows each of many who ask together exactly what their door shows', async () => {
    const newcomers = ['cia', 'dov'].map((id) => ({
      id,
      name: id,
      roles: ['agent'],
      team: 'red',
      identities: [{ source: 'acd', agent: id }],
    }));
    await house.call('PUT', '/api/v1/people', newcomers);
    await post('cia', 7);
    await post('dov', 5);
    const sockets = await Promise.all(Array.from({ length: 6 }, () => house.socket()));
    const people = ['cia', 'dov', 'cia', 'dov', 'cia', 'nobody'];
    const ask = (socket: Socket, n: number) => socket.emitWithAck('subscribe', { topic: `person:${people[n]}` });
    const replies = await Promise.all(sockets.map(ask));
    for (const [n, { snapshot, ok }] of replies.entries()) {
      const door = await house.surely('GET', `/api/v1/people/${people[n]}/performance`);
      expect(ok ? snapshot : null).toEqual(ok ? door.body : null);
      expect(ok).toBe(door.status === 200);
    }
  });

  it('refuses what is no topic, and a question without an answer harms nobody', async () => {
    const socket = await house.socket();
    const codes = [];
    for (const topic of ['nothing', 'ghost:1', '', 7, null, 'board:aht:never', `person:${'x'.repeat(500)}`]) {
      codes.push((await socket.emitWithAck('subscribe', { topic })).code);
    }
    expect(codes.every((code) => code === 'missing' || code === 'forbidden')).toBe(true);
    socket.emit('subscribe', { topic: 'person:ana' });
    socket.emit('subscribe');
    socket.emit('error', { boom: true });
    expect((await socket.emitWithAck('subscribe', { topic: 'person:ana' })).ok).toBe(true);
  });
});

describe('who may look', () => {
  const tokenOf = async (person: string) => {
    await saveAccount(house.ground, { orgId: ORG, person }, { password: PASSWORD });
    return signIn(house.ground, { email: `${person}@example.org`, password: PASSWORD });
  };

  it('nobody without a valid token', async () => {
    await expect(house.socket('fl_wrong_0123456789abcdef0123456789ab')).rejects.toThrow('anonymous');
  });

  it('no page of another origin, whatever cookie comes along', async () => {
    const cookie = `floorlight=${await tokenOf('ben')}`;
    await expect(house.socket(undefined, { cookie, origin: 'https://evil.example' })).rejects.toThrow();
    const own = await house.socket(undefined, { cookie, origin: house.url });
    expect((await own.emitWithAck('subscribe', { topic: 'person:ben' })).ok).toBe(true);
  });

  it('an agent: own figures, not a colleague; and the socket goes dark with the session', async () => {
    const cookie = `floorlight=${await tokenOf('ana')}`;
    const socket = await house.socket(undefined, { cookie });
    expect((await socket.emitWithAck('subscribe', { topic: 'person:ana' })).ok).toBe(true);
    expect(await socket.emitWithAck('subscribe', { topic: 'person:ben' })).toEqual({ ok: false, code: 'forbidden' });
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await house.call('DELETE', '/api/v1/session', undefined, { cookie });
    await gone;
  });

  it('a device: its own wall and nothing else, dark when revoked', async () => {
    const device = await createDevice(house.ground, ORG, { name: 'TV', scope: 'org' });
    const socket = await house.socket(device.token);
    const wall = await socket.emitWithAck('subscribe', { topic: `wall:${device.id}` });
    expect(wall).toMatchObject({
      ok: true,
      snapshot: { device: { name: 'TV' }, scenes: [{ id: 'board:score:day' }, {}, {}, {}] },
    });
    for (const topic of ['person:ana', 'team:red', 'wall:another']) {
      expect((await socket.emitWithAck('subscribe', { topic })).code).toBe('forbidden');
    }
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await revokeDevice(house.ground, ORG, device.id);
    await gone;
  });

  const bossCookie = async () => {
    await house.call('PUT', '/api/v1/people', [
      { id: 'boss', name: 'Boss', email: 'boss@example.org', roles: ['admin'] },
      { id: 'dan', name: 'Dan', email: 'dan@example.org', roles: ['quality'] },
    ]);
    return { cookie: `floorlight=${await tokenOf('boss')}` };
  };

  it('whoever is disabled, gets a new password, leaves everywhere or changes role: dark at once', async () => {
    const boss = await bossCookie();
    const account = (body: object) => house.call('PUT', '/api/v1/people/dan/account', body, boss);
    const closings: ((cookie: string) => Promise<{ status: number }>)[] = [
      () => account({ disabled: true }),
      () => account({ password: `${PASSWORD} again` }),
      (cookie) => house.call('DELETE', '/api/v1/account/sessions', undefined, { cookie }),
      () => house.call('PUT', '/api/v1/people', [{ id: 'dan', roles: ['trainer'] }]),
    ];
    for (const close of closings) {
      await account({ disabled: false });
      const cookie = `floorlight=${await tokenOf('dan')}`;
      const socket = await house.socket(undefined, { cookie });
      expect((await socket.emitWithAck('subscribe', { topic: 'person:ana' })).ok).toBe(true);
      const gone = new Promise((resolve) => socket.once('disconnect', resolve));
      expect((await close(cookie)).status).toBeLessThan(300);
      await gone;
    }
  });

  it('and the book tells who looked at whose live figures, but not that one looked at one’s own', async () => {
    const boss = await bossCookie();
    const own = await house.socket(undefined, { cookie: `floorlight=${await tokenOf('ben')}` });
    const other = await house.socket(undefined, boss);
    for (const socket of [own, other]) await socket.emitWithAck('subscribe', { topic: 'person:ben' });
    const { body } = await house.call('GET', '/api/v1/people/ben/looks', undefined, boss);
    expect(body.items.filter((one: { viewer: { kind: string } }) => one.viewer.kind === 'person')).toEqual([
      expect.objectContaining({ viewer: expect.objectContaining({ id: 'boss' }), noun: 'performance', times: 1 }),
    ]);
  });
});
