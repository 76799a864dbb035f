import { Cluster, Redis } from 'ioredis';

const again = (times: number): number => Math.min(50 * times, 1_000);
/** A line on which nothing comes back is given up, however alive it looks. */
const LINE = { connectTimeout: 3_000, socketTimeout: 5_000 } as const;
const BEAT_MS = 2_000;

/** A connection for reads and writes. Writers do not retry: a reply that was lost must not repeat a command. */
export function openRedis(url: string): Redis {
  const options = { ...LINE, maxRetriesPerRequest: 0, commandTimeout: 5_000 };
  const redis = isCluster(url)
    ? openCluster(url, { enableOfflineQueue: false, redisOptions: options })
    : new Redis(url, { ...options, enableOfflineQueue: false, retryStrategy: again, lazyConnect: true });
  redis.on('error', () => {});
  return redis;
}

/** A connection of its own for SUBSCRIBE: it queues and resubscribes by itself after a break. */
export function openRedisListener(url: string): Redis {
  const redis = isCluster(url)
    ? openCluster(url, { redisOptions: { ...LINE, maxRetriesPerRequest: null } })
    : new Redis(url, { ...LINE, maxRetriesPerRequest: null, retryStrategy: again, lazyConnect: true });
  redis.on('error', () => {});
  // who only listens would never notice a dead line
  const beat = setInterval(() => void (redis.status === 'ready' && redis.ping().catch(() => {})), BEAT_MS).unref();
  redis.on('end', () => clearInterval(beat));
  return redis;
}

/** Every key is tagged by its organisation, so that a cluster keeps an organisation on one node. */
export const key = (orgId: number, ...parts: (string | number)[]) => `fl:{${orgId}}:${parts.join(':')}`;

/** Removes every key of the house: what another database wrote must not be taken for this one's. */
export async function forgetAll(redis: Redis): Promise<void> {
  const nodes = redis instanceof Redis ? [redis] : (redis as Cluster).nodes('master');
  for (const node of nodes)
    for await (const keys of node.scanStream({ match: 'fl:*', count: 1_000 })) {
      // one key a command: those of several organisations lie in several slots
      const pipeline = node.pipeline();
      for (const one of keys as string[]) pipeline.unlink(one);
      await pipeline.exec();
    }
}

/** Which of the databases of a server; a cluster has one. */
export const databaseOf = (redis: Redis): number => (redis instanceof Redis ? (redis.options.db ?? 0) : 0);

/** Several addresses, separated by commas, are nodes of one Redis Cluster. */
const isCluster = (url: string): boolean => url.includes(',');

type Wish = Pick<ConstructorParameters<typeof Cluster>[1] & object, 'enableOfflineQueue' | 'redisOptions'>;

/** Speaks the same commands as one server, so it passes for one. Name and password are those of the first address. */
function openCluster(url: string, { redisOptions, ...wish }: Wish): Redis {
  const nodes = url.split(',').map((one) => one.trim());
  const { username, password, protocol } = new URL(nodes[0] as string);
  const cluster = new Cluster(nodes, {
    ...wish,
    lazyConnect: true,
    clusterRetryStrategy: again,
    slotsRefreshTimeout: 2_000,
    // what may have been carried out is not sent again; what a node has sent elsewhere is
    retryDelayOnFailover: 0,
    redisOptions: {
      ...redisOptions,
      ...(username ? { username: decodeURIComponent(username) } : {}),
      ...(password ? { password: decodeURIComponent(password) } : {}),
      ...(protocol === 'rediss:' ? { tls: {} } : {}),
    },
  });
  return cluster as unknown as Redis;
}
