import { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from './refusals.ts';

declare module 'fastify' {
  interface FastifyInstance {
    leaving: Leaving;
  }
}

export type Leaving = {
  /** Whether this process has begun to stop. */
  readonly begun: boolean;
  /** From now on new work is refused, what is under way is finished. */
  begin(): void;
  /** Settled when every answer that was under way is given, or when the grace (ms) is over. @returns how many were not */
  settled(graceMs: number): Promise<number>;
};

/** Still answered by a house that leaves: whoever asks how it is, is told. */
const TOLD = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * How the doors are left: `app.leaving.begin()` refuses what comes from outside with 503, `Retry-After` and
 * `Connection: close`, so that a caller goes to another process; what was begun is answered.
 */
export function leaveInOrder(app: FastifyInstance): void {
  let begun = false;
  const underway = new Set<FastifyRequest>();
  let settle = () => {};
  app.decorate('leaving', {
    get begun() {
      return begun;
    },
    begin: () => {
      begun = true;
    },
    settled: async (graceMs) => {
      if (underway.size === 0) return 0;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        settle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      return underway.size;
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    // a page that was begun may still ask within the house
    if (!(request.raw.socket instanceof Socket)) return;
    if (begun) {
      reply.header('connection', 'close');
      if (!TOLD.has(request.routeOptions.url ?? '')) throw stopping();
    }
    underway.add(request);
    reply.raw.once('close', () => {
      underway.delete(request);
      if (underway.size === 0) settle();
    });
  });
}

const RETRY_SECONDS = 2;
const stopping = () =>
  new Refusal('busy', 'stopping', 'This process is stopping; nothing was kept of this request. Send it again.', {
    retryAfterSeconds: RETRY_SECONDS,
  });
