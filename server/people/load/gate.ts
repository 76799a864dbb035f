import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { problemOf } from '#server/foundation/http.ts';
import { doorSeconds, refusals } from '#server/foundation/metrics.ts';
import { announced, tooMuch } from './admission.ts';

const EVENTS = '/api/v1/events';
const BODY = JSON.stringify(problemOf(tooMuch(0)));
const HEAD = {
  'content-type': 'application/problem+json',
  'content-length': String(Buffer.byteLength(BODY)),
  'x-content-type-options': 'nosniff',
};

/**
 * The event door is the one that is flooded, and by programs: what there is no room for is answered before the framework
 * hears of it, always in the same words, so that refusing takes as little as it can from what is taken. The connection stays: a
 * new one would cost more than to let the body pass.
 */
export function refuseEventsAtTheGate(app: FastifyInstance): void {
  app.addHook('onReady', async () => {
    const { server } = app;
    const listeners = server.listeners('request') as ((request: IncomingMessage, answer: ServerResponse) => void)[];
    server.removeAllListeners('request');
    server.on('request', (request, answer) => {
      if (!app.leaving.begun && isPost(request) && app.admission.refuses('ingest', announced(request)))
        refuse(answer, app.admission.retryAfter('ingest'));
      else for (const listen of listeners) listen.call(server, request, answer);
    });
  });
}

const isPost = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'POST' && (url === EVENTS || url.startsWith(`${EVENTS}?`));

function refuse(answer: ServerResponse, seconds: number): void {
  answer.writeHead(503, { ...HEAD, 'retry-after': String(seconds) });
  answer.end(BODY);
  refusals.inc({ code: 'busy', status: 503 });
  doorSeconds.observe({ method: 'POST', route: EVENTS, status: 503 }, 0);
}
