import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '#server/foundation/config.ts';
import { tooMany } from '#server/foundation/refusals.ts';
import { classOf } from './load/rules.ts';

const WINDOW_MS = 60_000;
const MOST_REMEMBERED = 50_000;

/**
 * Limits how often one address may call within a minute without being anybody: no session, key or token, or one that is
 * not valid. Whoever is somebody is not counted, and is held up by strangers behind the same address only when they call
 * twice as often.
 */
export function limitStrangers(app: FastifyInstance, most: Pick<Config, 'ADDRESS_CALLS_PER_MINUTE'>): void {
  const addresses = new Map<string, { calls: number; until: number }>();
  app.addHook('onRequest', async (request) => {
    const known = addresses.get(request.ip);
    // what may be somebody is looked at for longer
    const bound = most.ADDRESS_CALLS_PER_MINUTE * (bringsSomething(request) ? 2 : 1);
    if (!known || known.calls < bound || isVital(request)) return;
    const wait = known.until - performance.now();
    if (wait > 0) throw tooMany(REASON, Math.ceil(wait / 1000));
  });
  app.addHook('onResponse', async (request, reply) => {
    const isNobody = reply.statusCode === 401 || (isAnonymous(request) && !bringsSomething(request));
    if (!isNobody || reply.statusCode === 429 || isVital(request)) return;
    const now = performance.now();
    const known = addresses.get(request.ip);
    if (known && known.until > now) known.calls++;
    else {
      addresses.delete(request.ip);
      const [oldest] = addresses.size >= MOST_REMEMBERED ? addresses.keys() : [];
      if (oldest !== undefined) addresses.delete(oldest);
      addresses.set(request.ip, { calls: 1, until: now + WINDOW_MS });
    }
  });
}

const REASON = 'So many calls within a minute are not taken from one address that is signed in nowhere.';
const isAnonymous = ({ viewer }: FastifyRequest) => !viewer || viewer.kind === 'anonymous';
const bringsSomething = ({ headers }: FastifyRequest) =>
  headers.cookie !== undefined || headers.authorization !== undefined;
const isVital = ({ method, routeOptions }: FastifyRequest) =>
  classOf({ method, route: routeOptions.url ?? '', query: {} }) === 'vital';
