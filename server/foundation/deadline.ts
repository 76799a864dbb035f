import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from './refusals.ts';

/** No request is left hanging for longer, ms: whoever asked may ask again, or elsewhere. */
const MOST_MS = 9_000;

declare module 'fastify' {
  interface FastifyRequest {
    /** What is left of the time for the answer, ms, and since when it runs. */
    term: { left: number; since: number; timer: NodeJS.Timeout } | null;
  }
}

/**
 * Bounds how long a caller waits for the house: refused as busy when the answer is not there in time. The time in which the
 * body comes is the caller's own. What was begun may still come to its end, so a post is sent again with the same ids.
 */
export function answerInTime(app: FastifyInstance, mostMs = MOST_MS): void {
  app.decorateRequest('term', null);
  app.addHook('onRequest', async (request, reply) => run(request, reply, mostMs));
  app.addHook('preParsing', async (request) => rest(request));
  app.addHook('preValidation', async (request, reply) => {
    if (!request.routeOptions.config.patient) run(request, reply, request.term?.left ?? mostMs);
  });
  app.addHook('onResponse', async (request) => rest(request));
}

function run(request: FastifyRequest, reply: FastifyReply, left: number): void {
  const late = () => {
    // pages and streams answer for themselves
    if (!reply.sent && !reply.raw.headersSent) void reply.send(LATE());
  };
  request.term = { left, since: performance.now(), timer: setTimeout(late, left) };
}

function rest({ term }: FastifyRequest): void {
  if (!term) return;
  clearTimeout(term.timer);
  term.left = Math.max(0, term.left - (performance.now() - term.since));
}

const LATE = () =>
  new Refusal(
    'busy',
    'late',
    'The answer did not come in time. It may still be done: send it again with the same ids.',
    {
      retryAfterSeconds: 2,
    },
  );
