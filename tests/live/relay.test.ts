import { afterAll, expect, inject, it } from 'vitest';
import { openRedis, openRedisListener } from '../../server/foundation/redis.ts';
import { openRelay } from '../../server/live/store.ts';
import type { Touched } from '../../server/log/consumer.ts';

const open: { disconnect(): void }[] = [];
afterAll(() => {
  for (const redis of open) redis.disconnect();
});

/** A process of a house on this Redis database. */
async function processOn(database: number) {
  const url = `${inject('redisUrl')}/${database}`;
  const [redis, listener] = [openRedis(url), openRedisListener(url)];
  open.push(redis, listener);
  await Promise.all([redis.connect(), listener.connect()]);
  const relay = openRelay(redis, listener);
  // answered after the subscription that was asked before it
  await listener.subscribe('test:ready');
  return relay;
}
const touching = (position: number): Touched => ({
  position,
  people: new Set(['ana']),
  queues: new Set(),
  sources: new Set(),
  devices: new Set(),
  definitions: false,
});

it('touches everything where something was missed: one that told before, one whose word was lost', async () => {
  const [teller, other, hearer] = await Promise.all([processOn(1), processOn(1), processOn(1)]);
  const heard: [number, boolean][] = [];
  let enough = (): void => {};
  const all = new Promise<void>((resolve) => {
    enough = resolve;
  });
  hearer.hear((_orgId, { position, definitions }) => {
    if (heard.push([position, definitions]) === 5) enough();
  });
  await teller.tell(1, touching(10));
  await teller.tell(1, touching(11));
  await other.tell(1, touching(12));
  await other.tell(1, touching(13));
  await teller.tell(1, touching(14));
  await all;
  expect(heard).toEqual([
    [10, true],
    [11, false],
    [12, true],
    [13, false],
    [14, true],
  ]);
});

it('tells of rights that changed, but not to who changed them', async () => {
  const [teller, hearer] = await Promise.all([processOn(2), processOn(2)]);
  let own = 0;
  teller.hearRights(() => own++);
  const told = new Promise<void>((resolve) => hearer.hearRights(resolve));
  await teller.tellRights();
  await told;
  expect(own).toBe(0);
});

it('tells the processes of its own house, and no house with another database of the same Redis', async () => {
  const [teller, hearer, stranger] = await Promise.all([processOn(0), processOn(0), processOn(15)]);
  const heard: [number, Touched][] = [];
  const twice = new Promise<void>((resolve) =>
    hearer.hear((orgId, notes) => {
      if (heard.push([orgId, notes]) === 2) resolve();
    }),
  );
  await teller.tell(1, touching(10));
  await stranger.tell(1, touching(99));
  await teller.tell(1, touching(11));
  await twice;
  expect(heard).toEqual([
    // what was told before this process began to hear is not known
    [1, { ...touching(10), definitions: true }],
    [1, touching(11)],
  ]);
});
