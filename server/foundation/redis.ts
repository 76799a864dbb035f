import { Redis } from 'ioredis';

/** A connection for reads and writes. Writers do not retry: a reply that was lost must not repeat a command. */
export function openRedis(url: string): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 0,
    commandTimeout: 5_000,
    enableOfflineQueue: false,
    retryStrategy: (times) => Math.min(50 * times, 1_000),
    lazyConnect: true,
  });
  redis.on('error', () => {});
  return redis;
}

/** A connection of its own for SUBSCRIBE: it queues and resubscribes by itself after a break. */
export function openRedisListener(url: string): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(50 * times, 1_000),
    lazyConnect: true,
  });
  redis.on('error', () => {});
  return redis;
}

/** Every key is tagged by its organisation, so that a cluster keeps an organisation on one node. */
export const key = (orgId: number, ...parts: (string | number)[]) => `fl:{${orgId}}:${parts.join(':')}`;

/** Removes every key of the house: what another database wrote must not be taken for this one's. */
export async function forgetAll(redis: Redis): Promise<void> {
  for await (const keys of redis.scanStream({ match: 'fl:*', count: 1_000 }))
    if (keys.length > 0) await redis.unlink(...(keys as string[]));
}
