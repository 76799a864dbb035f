import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { busy } from '#server/foundation/refusals.ts';
import { takePulse } from './pulse.ts';
import {
  CALM,
  type CallClass,
  classOf,
  type Held,
  hasRoom,
  isAdmitted,
  type Level,
  nextLevel,
  type Open,
  type Pressure,
  pace,
  ROOM,
  retryAfter,
  roomAt,
} from './rules.ts';

const LOOK_MS = 500;

export type Admission = {
  /** Whether a class is let in now. What is refused is counted. */
  admits(kind: CallClass): boolean;
  /** Whether there is no room for a call of this class with so many bytes. What is refused is counted. */
  refuses(kind: CallClass, bytes: number): boolean;
  /** Whole seconds after which to come back. */
  retryAfter(kind: CallClass): number;
  /** Plain counters: what is measured, what holds, what is open, and what was refused so far. */
  counts(): AdmissionCounts;
};
export type AdmissionCounts = {
  pressure: Pressure;
  level: Level;
  open: Record<CallClass, Open>;
  refused: Record<CallClass, number>;
};
/** What the house measures besides: rows that wait for the log (share) and how far the figures are behind (ms). */
export type Gauges = { rows(): number; behindMs(): number };

declare module 'fastify' {
  interface FastifyInstance {
    admission: Admission;
  }
  interface FastifyRequest {
    /** What an open call counts as; null when it is counted no more. */
    weight: { kind: CallClass; bytes: number } | null;
  }
}

/**
 * The first hook at the door: refuses with 503, before anything is read, what there is no room for, the least worth first.
 * Looks twice a second at what is measured.
 */
export function admitByLoad(app: FastifyInstance, gauges: Gauges): Admission {
  const pulse = takePulse();
  const open = each(() => ({ calls: 0, bytes: 0 }));
  const refused = each(() => 0);
  const calls = { now: 0, most: 0 };
  const done = { bytes: 0, since: performance.now() };
  let perSecond = 0;
  let held: Held = CALM;
  let pressure: Pressure = { delayMs: 0, calls: 0, rows: 0, behindMs: 0 };

  const timer = setInterval(() => {
    pressure = { delayMs: pulse.delayMs(), calls: calls.most, rows: gauges.rows(), behindMs: gauges.behindMs() };
    calls.most = calls.now;
    held = nextLevel(held, pressure);
    const now = performance.now();
    perSecond = pace(perSecond, { bytes: done.bytes, ms: now - done.since });
    Object.assign(done, { bytes: 0, since: now });
  }, LOOK_MS).unref();

  const count = (kind: CallClass, by: Open): void => {
    open[kind].calls += by.calls;
    open[kind].bytes += by.bytes;
    calls.now += by.calls;
    calls.most = Math.max(calls.most, calls.now);
  };
  const settle = (request: FastifyRequest, status: number): void => {
    const { weight } = request;
    if (weight?.kind === 'ingest' && status === 200) done.bytes += weight.bytes;
    request.weight = null;
    if (weight) count(weight.kind, { calls: -1, bytes: -weight.bytes });
  };
  const admission: Admission = {
    admits: (kind) => {
      const yes = isAdmitted(kind, held);
      if (!yes) refused[kind]++;
      return yes;
    },
    refuses: (kind, bytes) => {
      const isRoom = hasRoom(kind === 'ingest' ? roomAt(perSecond) : ROOM[kind], open[kind], bytes);
      if (!isRoom) refused[kind]++;
      return !isRoom || !admission.admits(kind);
    },
    retryAfter: (kind) => retryAfter(kind, Math.random()),
    counts: () => ({ pressure, level: held.level, open: structuredClone(open), refused: { ...refused } }),
  };

  app.decorate('admission', admission);
  app.decorateRequest('weight', null);
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const route = request.routeOptions.url ?? request.url;
    const kind = classOf({ method: request.method, route, query: request.query as Record<string, unknown> });
    const bytes = announced(request);
    if (admission.refuses(kind, bytes)) throw tooMuch(admission.retryAfter(kind));
    count(kind, { calls: 1, bytes });
    request.weight = { kind, bytes };
    // answered, or hung up on, or answered by the pages, of which there is no other sign
    reply.raw.once('close', () => settle(request, 0));
  });
  app.addHook('onResponse', async (request, reply) => settle(request, reply.statusCode));
  app.addHook('onClose', async () => {
    clearInterval(timer);
    pulse.stop();
  });
  return admission;
}

/** What is told to whoever is refused by load. */
export const tooMuch = (seconds: number) =>
  busy('More is asked than can be done now. Nothing of this call was kept.', seconds);

const each = <T>(value: () => T): Record<CallClass, T> => ({
  vital: value(),
  ingest: value(),
  live: value(),
  people: value(),
  reports: value(),
});

/** One that does not say how long its body is counts as long. */
const UNTOLD = 1_000_000;

/** The bytes that a body will have. */
export function announced({ headers }: Pick<FastifyRequest, 'headers'>): number {
  if (headers['transfer-encoding'] !== undefined) return UNTOLD;
  const length = Number(headers['content-length'] ?? 0);
  return Number.isFinite(length) && length >= 0 ? length : 0;
}
