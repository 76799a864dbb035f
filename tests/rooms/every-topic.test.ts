// The live window: every topic times everybody who may knock. A new topic fails here until it is decided.
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topics } from '../../server/doors.ts';
import { type Gateway, openGateway } from '../../server/live/gateway.ts';
import { viewerOf } from '../../server/people/accounts/viewers.ts';
import { type Headers, VIEWERS } from '../every-door.ts';
import { type Ids, type LivedFloor, MARK, NONE, newLivedFloor } from '../lived-floor.ts';
import { newStrangers } from '../strangers.ts';

const SEERS = 'quality trainer manager executive admin';
const STAFF = `ana ben cleo rita paul ${SEERS}`;
type Name = (ids: Ids) => string;
/** What may be watched about ana, her team and her house, and who may. ben is of her team, cleo and paul are of another. */
const LET_IN: [topic: Name, who: string][] = [
  [({ person }) => `person:${person}`, `ana rita ${SEERS} read`],
  [() => 'person:ben', `ben rita ${SEERS} read`],
  [({ person }) => `points:${person}`, `ana rita ${SEERS} read`],
  [({ person }) => `badges:${person}`, `ana rita ${SEERS} read`],
  [({ person }) => `rewards:${person}`, `ana rita ${SEERS} read`],
  [({ person }) => `coaching:${person}`, 'ana rita manager admin'],
  // a team's sums are its members' from five people on: blue has one
  [({ team }) => `team:${team}`, `ana ben rita ${SEERS} read`],
  [() => 'team:blue', `paul ${SEERS} read`],
  [({ team }) => `members:${team}`, `rita ${SEERS} read`],
  [({ team }) => `members:${team}:week`, `rita ${SEERS} read`],
  [({ team }) => `flags:${team}`, 'rita manager admin'],
  [({ board }) => `board:${board}:day`, `${STAFF} read`],
  [({ board, team }) => `board:${board}:day:team:${team}`, `ana ben rita ${SEERS} read`],
  [({ board, site }) => `board:${board}:day:site:${site}`, `${STAFF} read`],
  [({ board }) => `board:${board}:day:site:main`, `${SEERS} read`],
  [({ source }) => `source:${source}`, `${STAFF} events:write read`],
  [({ device }) => `wall:${device}`, ''],
  [() => 'wall:own', 'device'],
];

let floor: LivedFloor;
let gateway: Gateway;
let url: string;
const sockets = new Map<string, Socket>();

beforeAll(async () => {
  floor = await newLivedFloor();
  const strangers = await newStrangers(floor);
  gateway = openGateway(floor.app.server, {
    clock: floor.clock,
    topics: topics(floor),
    viewerOf: (headers) => viewerOf(floor, headers),
    isForeign: () => false,
    looked: () => {},
    addressOf: () => '127.0.0.1',
    admits: () => true,
    retryAfter: () => 1,
  });
  url = await floor.app.listen({ host: '127.0.0.1', port: 0 });
  for (const who of VIEWERS) if (who !== 'nobody') sockets.set(who, await socketOf(floor.headers[who]));
  for (const [who, headers] of Object.entries(strangers)) sockets.set(`other ${who}`, await socketOf(headers));
});
afterAll(async () => {
  for (const socket of sockets.values()) socket.disconnect();
  await gateway?.close();
  await floor?.close();
});

describe('every topic', () => {
  it('is decided', () => {
    const decided = new Set(LET_IN.map(([topic]) => topic(NONE).split(':')[0]));
    expect([...decided].sort()).toEqual([...new Set(topics(floor).map(({ noun }) => noun))].sort());
  });

  it.each(LET_IN.map(([topic, who]) => [topic(NONE), topic, who] as const))('%s', async (_, topic, who) => {
    const wrong: string[] = [];
    for (const viewer of VIEWERS.filter((one) => one !== 'nobody')) {
      const reply = await watch(viewer, nameFor(viewer, topic(floor.ids)));
      const isIn = reply.ok ? reply.snapshot !== undefined : reply.code;
      const expected = who.split(' ').includes(viewer) || 'forbidden';
      if (isIn !== expected) wrong.push(`${viewer}: ${isIn}`);
    }
    expect(wrong).toEqual([]);
  });

  it('shows another organisation exactly what it shows of nothing', async () => {
    const wrong: string[] = [];
    const others = [...sockets.keys()].filter((who) => who.startsWith('other'));
    expect(others).toHaveLength(5);
    for (const [topic] of LET_IN) {
      for (const who of others) {
        const [ours, none] = [await watch(who, topic(floor.ids)), await watch(who, topic(NONE))];
        if (JSON.stringify(ours).includes(MARK)) wrong.push(`${topic(NONE)} shows ours to ${who}`);
        if (ours.ok !== none.ok || ours.code !== none.code) wrong.push(`${topic(NONE)} tells ${who} that there is one`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is not there for nobody, whatever comes along', async () => {
    for (const headers of [{}, { authorization: 'Bearer fl_wrong' }, { cookie: 'floorlight=wrong' }] as Headers[])
      await expect(socketOf(headers)).rejects.toThrow('anonymous');
  });

  it('tells another organisation nothing of what happens here', async () => {
    const heard: string[] = [];
    const other = sockets.get('other stan') as Socket;
    for (const socket of [other, sockets.get('admin') as Socket])
      socket.on('topic', ({ topic }) => heard.push(`${socket === other ? 'other' : 'own'} ${topic}`));
    for (const who of ['other stan', 'admin']) await watch(who, 'source:acd', true);
    await floor.api('POST', '/api/v1/events', [
      {
        specversion: '1.0',
        id: 'late',
        source: 'acd',
        type: 'ticket.resolved',
        time: '2026-03-11T15:59:00Z',
        data: { agent: '1001', ticketId: 't' },
      },
    ]);
    await floor.settle();
    gateway.touched(floor.orgId, {
      position: 0,
      people: new Set(),
      queues: new Set(),
      sources: new Set(['acd']),
      devices: new Set(),
      definitions: false,
    });
    await expect.poll(() => heard).toContain('own source:acd');
    expect(heard.filter((line) => line.startsWith('other'))).toEqual([]);
  });
});

/** Its own wall is another one for each screen. */
const nameFor = (who: string, topic: string): string =>
  topic === 'wall:own' && who === 'device' ? `wall:${floor.screen}` : topic;

async function socketOf(headers: Headers): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], extraHeaders: headers, reconnection: false });
  await new Promise<void>((resolve, reject) =>
    socket.once('connect', resolve).once('connect_error', (error) => reject(error)),
  );
  return socket;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are read as scripts read them
async function watch(who: string, topic: string, stay = false): Promise<any> {
  const socket = sockets.get(who) as Socket;
  const reply = await socket.emitWithAck('subscribe', { topic });
  if (reply.ok && !stay) await socket.emitWithAck('unsubscribe', { topic });
  return reply;
}
