import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { key } from '../../server/foundation/redis.ts';
import { boardProjection } from '../../server/game/leaderboards/projection.ts';
import { beginPosition, movePosition, readPosition } from '../../server/game/leaderboards/redis-store.ts';
import { flowPosition } from '../../server/log/flow-store.ts';
import { addOrganisation } from '../../server/people/begin.ts';
import { newWorld, type World } from '../world.ts';

let floor: World;
beforeAll(async () => {
  floor = await newWorld();
  await addOrganisation(floor, { id: floor.orgId, name: 'Northwind' });
});
afterAll(() => floor?.close());

const empty = () => floor.redis.del(key(floor.orgId, 'boards', 'position'));

describe('what the boards in Redis reflect', () => {
  beforeEach(async () => {
    await empty();
  });

  it('is moved on from what was written last, and not where Redis holds something else', async () => {
    const at = [floor.redis, floor.orgId] as const;
    await beginPosition(...at);
    expect(await readPosition(...at)).toBeNull();
    expect(await movePosition(...at, { from: null, to: 5 })).toBe(true);
    expect(await movePosition(...at, { from: 5, to: 8 })).toBe(true);
    expect(await movePosition(...at, { from: 5, to: 9 })).toBe(false);
    await empty();
    expect(await movePosition(...at, { from: 9, to: 10 })).toBe(false);
    expect(await readPosition(...at)).toBeNull();
  });

  it('is filled again when Redis was emptied while nothing happened', async () => {
    await floor.settle();
    expect(await readPosition(floor.redis, floor.orgId)).toBe(
      await flowPosition(floor.db.of(floor.orgId), floor.orgId),
    );
    await empty();
    await floor.settle();
    expect(await readPosition(floor.redis, floor.orgId)).toBe(
      await flowPosition(floor.db.of(floor.orgId), floor.orgId),
    );
  });

  it('is not called whole where Redis was emptied while it was filled', async () => {
    await floor.settle();
    const at = { position: await flowPosition(floor.db.of(floor.orgId), floor.orgId), now: floor.time.now };
    // the other one empties as soon as this one has begun
    const emptying = new Proxy(floor.redis, {
      get: (redis, name) => {
        const own = Reflect.get(redis, name, redis);
        if (name !== 'del') return typeof own === 'function' ? own.bind(redis) : own;
        return async (...keys: string[]) => (await empty()) + (await redis.del(...keys));
      },
    });
    const projection = boardProjection({ db: floor.db, redis: emptying });
    await expect(projection.refill(floor.orgId, at)).rejects.toThrow('emptied');
    expect(await projection.holds?.(floor.orgId)).toBe(false);
  });
});
