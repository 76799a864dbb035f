import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { watchWindows } from '#server/attainment/closing.ts';
import { addressOf, type IsTrusted, trustIn } from '#server/foundation/addresses.ts';
import { apiPages, describeApi } from '#server/foundation/api-pages.ts';
import type { Clock } from '#server/foundation/clock.ts';
import type { Config } from '#server/foundation/config.ts';
import { type Db, openDb } from '#server/foundation/db.ts';
import { furnish, refuseAtTheGate, refuseOnTheWire } from '#server/foundation/http.ts';
import { mountPages, type Pages } from '#server/foundation/pages.ts';
import { openRedis, openRedisListener } from '#server/foundation/redis.ts';
import { type Gateway, openGateway } from '#server/live/gateway.ts';
import { openRelay, type Relay } from '#server/live/store.ts';
import { type Ground, openLog } from '#server/log/ground.ts';
import { turnFlow } from '#server/log/turning.ts';
import { isForeign } from '#server/people/accounts/rules.ts';
import { forgetViewers, onViewersForgotten, viewerOf } from '#server/people/accounts/viewers.ts';
import { limitCalls } from '#server/people/calls.ts';
import { guard } from '#server/people/door.ts';
import { admitByLoad } from '#server/people/load/admission.ts';
import { refuseEventsAtTheGate } from '#server/people/load/gate.ts';
import { looksOfTopic } from '#server/people/looks/rules.ts';
import { limitStrangers } from '#server/people/strangers.ts';
import { routes, topics } from './doors.ts';
import { consumers, projections } from './flow.ts';

export type House = {
  app: FastifyInstance;
  ground: Ground;
  gateway: Gateway | null;
  /** Lets time pass, where this process has that role: begun when whatever comes in behind its time is in. */
  work(): void;
  /** Leaves in order: refuses new work, answers what was begun, sends the sockets away, hands the leases over. */
  close(): Promise<void>;
};
export type HousePlan = {
  config: Config;
  databaseUrl: string;
  redisUrl: string;
  clock: Clock;
  log: Logger;
  pages?: Pages;
};

const REVIEW_MS = 2_000;
const GRACE_MS = 8_000;
const CUT_MS = 1_000;
const HEADERS_MS = 10_000;
const BODY_MS = 900_000;
const CHECK_MS = 2_000;
const MOST_CONNECTIONS = 25_000;

/** Builds the house without listening: the ground, the doors, the live window, and whatever the roles of this process ask for. */
export async function openHouse(plan: HousePlan): Promise<House> {
  const { config, clock, log } = plan;
  const does = (role: 'web' | 'flow' | 'jobs') => config.ROLES.includes(role);
  const db = openDb(plan.databaseUrl);
  const redis = openRedis(plan.redisUrl);
  const listener = openRedisListener(plan.redisUrl);
  await Promise.all([redis.connect(), listener.connect()]);
  const ground: Ground = { db, redis, clock, config, log: openLog(db, clock, does('flow')) };
  const relay = openRelay(redis, listener);
  const isTrusted = trustIn(config.TRUSTED_PROXIES);

  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1_000_000,
    forceCloseConnections: 'idle',
    // who comes while the house leaves is refused like everybody else: see leaving.ts
    return503OnClosing: false,
    trustProxy: isTrusted,
    // a caller that never ends its headers is not waited for; a body may be a long file on a slow line
    requestTimeout: BODY_MS,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS },
    frameworkErrors: refuseAtTheGate,
    clientErrorHandler: refuseOnTheWire,
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  // the pages bring their own content policy, with a nonce a page
  await app.register(helmet, {
    contentSecurityPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: config.ORIGIN?.startsWith('https:') ?? false,
  });
  furnish(app);
  admitByLoad(app, { rows: ground.log.waiting, behindMs: ground.log.behindMs });
  refuseEventsAtTheGate(app);
  limitStrangers(app, config);
  guard(app, ground);
  await limitCalls(app, config);
  await describeApi(app);
  for (const room of routes) await app.register((scope) => room(scope, ground));
  await app.register(apiPages);
  const gateway = does('web') ? openWindow(app, ground, isTrusted) : null;
  if (plan.pages && does('web')) await mountPages(app, plan.pages);
  await app.ready();

  shareForgetting(db, relay);
  relay.hear((orgId, notes) => {
    ground.log.reflection.note(orgId, notes.position);
    gateway?.touched(orgId, notes);
  });
  const flow = does('flow')
    ? turnFlow(
        {
          db,
          clock,
          log,
          holder: randomUUID(),
          fresh: ground.log.fresh,
          consumers: consumers(ground),
          projections: projections(ground),
          committed: relay.tell,
        },
        ground.log.bell,
      )
    : null;
  let jobs: { stop(): void } | null = null;

  return {
    app,
    ground,
    gateway,
    work: () => {
      if (does('jobs')) jobs ??= watchWindows(ground, log);
    },
    close: async () => {
      jobs?.stop();
      app.leaving.begin();
      gateway?.leave();
      const unanswered = await app.leaving.settled(GRACE_MS);
      if (unanswered > 0) log.warn({ unanswered }, 'stopped before every answer was given');
      await shutDoors(app);
      await ground.log.drain();
      await flow?.stop();
      ground.log.bell.close();
      redis.disconnect();
      listener.disconnect();
      await db.close();
    },
  };
}

/** Rights that changed in one process are looked at anew in all. */
function shareForgetting(db: Db, relay: Relay): void {
  let isHearing = false;
  onViewersForgotten(db, () => {
    if (!isHearing) void relay.tellRights().catch(() => {});
  });
  relay.hearRights(() => {
    isHearing = true;
    forgetViewers(db);
    isHearing = false;
  });
}

/** Closes the doors; connections that hold on, such as half a request, are cut after a moment. */
async function shutDoors(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), CUT_MS);
  await app.close();
  clearTimeout(cut);
}

/** The live window; rights are looked at anew whenever they changed, and every two seconds besides. */
function openWindow(app: FastifyInstance, ground: Ground, isTrusted: IsTrusted): Gateway {
  const gateway = openGateway(app.server, {
    clock: ground.clock,
    topics: topics(ground),
    viewerOf: (headers) => viewerOf(ground, headers),
    isForeign: (headers) => isForeign(headers, ground.config.ORIGIN),
    addressOf: ({ socket, headers }) =>
      addressOf(socket.remoteAddress, String(headers['x-forwarded-for'] ?? ''), isTrusted),
    admits: () => app.admission.admits('live'),
    retryAfter: () => app.admission.retryAfter('live'),
    looked: (viewer, name) => {
      for (const look of looksOfTopic(viewer, name)) app.looks.note(look);
    },
  });
  const review = () => void gateway.review().catch(() => {});
  const stop = onViewersForgotten(ground.db, review);
  const timer = setInterval(review, REVIEW_MS);
  app.addHook('preClose', async () => {
    stop();
    clearInterval(timer);
    await gateway.close();
  });
  return gateway;
}
