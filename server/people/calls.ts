import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '#server/foundation/config.ts';
import { tooMany } from '#server/foundation/refusals.ts';

const WINDOW_MS = 60_000;
const MOST_REMEMBERED = 50_000;

/**
 * Limits how often one account, screen or key may call within a minute, in this process; whoever came without any is
 * counted where they try at something (passwords, links, codes). Sockets are not calls.
 */
export async function limitCalls(
  app: FastifyInstance,
  most: Pick<Config, 'CALLS_PER_MINUTE' | 'KEY_CALLS_PER_MINUTE'>,
): Promise<void> {
  await app.register(rateLimit, {
    // who asks is known by then
    hook: 'preParsing',
    timeWindow: WINDOW_MS,
    cache: MOST_REMEMBERED,
    keyGenerator: callerOf,
    allowList: (request) => request.viewer.kind === 'anonymous',
    max: ({ viewer }) => (viewer.kind === 'key' ? most.KEY_CALLS_PER_MINUTE : most.CALLS_PER_MINUTE),
    errorResponseBuilder: (_request, { ttl }) =>
      tooMany('So many calls within a minute are not taken from one account or key.', Math.ceil(ttl / 1000)),
    addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
  });
}

function callerOf({ viewer }: FastifyRequest): string {
  if (viewer.kind === 'account') return `account ${viewer.accountId}`;
  if (viewer.kind === 'key') return `key ${viewer.keyId}`;
  return viewer.kind === 'device' ? `device ${viewer.deviceId}` : '';
}
