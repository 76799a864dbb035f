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
    [1, touching(10)],
    [1, touching(11)],
  ]);
});
