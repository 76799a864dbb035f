import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Problem } from '#contract/problems.ts';
import { offerCsv } from './csv.ts';
import { answerInTime } from './deadline.ts';
import { leaveInOrder } from './leaving.ts';
import { refusals, timeDoors } from './metrics.ts';
import { isOutage } from './outage.ts';
import { invalid, missing, Refusal, tooLarge, unsupported } from './refusals.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use this route: 'anyone', or a predicate of the people room. A route without it is not built. */
    may?: unknown;
    /** Whether the answer may take as long as its body takes to come. */
    patient?: true;
  }
}

/**
 * Common ground of all doors: zod at the door, every failure as problem+json,
 * and no route without a declared `may` (the people room gives it its meaning).
 */
export function furnish(app: FastifyInstance): void {
  // bodies are JSON here; the framework would also take plain text, and leave it to the schema to wonder
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.addHook('onRoute', (route) => {
    // the library's own pages of the API description, which is public
    if (route.url.startsWith('/docs')) route.config = { ...route.config, may: 'anyone' };
    if (!route.config?.may) throw new Error(`${route.method} ${route.url} does not say who may`);
  });
  leaveInOrder(app);
  answerInTime(app);
  timeDoors(app);
  offerCsv(app);
  app.setErrorHandler((error: FastifyError, request, reply) => refuse(refusalOf(error), error, { request, reply }));
  app.setNotFoundHandler((request, reply) => {
    const refusal = missing(`Nothing answers at ${request.method} ${request.url.split('?')[0]}.`);
    refuse(refusal, refusal, { request, reply });
  });
}

/** What the framework refuses before there is a route: a path that cannot be decoded, an impossible version. */
export function refuseAtTheGate(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  refuse(invalid('unreadable', error.message.slice(0, 200)), error, { request, reply });
}

/** What is no HTTP at all, or too much or too slow to become a request: told, counted and hung up on. */
export function refuseOnTheWire(error: NodeJS.ErrnoException, wire: Socket): void {
  if (error.code === 'ECONNRESET' || wire.destroyed) return;
  const [status, words] = ON_THE_WIRE[error.code ?? ''] ?? NO_HTTP;
  const body = JSON.stringify({ ...problemOf(invalid('unreadable', words)), status });
  refusals.inc({ code: 'unreadable', status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  if (wire.writable) wire.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  wire.destroySoon();
}

const NO_HTTP: [number, string] = [400, 'This is no request of HTTP that can be read.'];
const ON_THE_WIRE: Record<string, [number, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come to its end in time.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are larger than this door takes.'],
};

/** The wire form of a refusal. */
export function problemOf(refusal: Refusal): Problem {
  return {
    code: refusal.code,
    title: refusal.title,
    detail: refusal.message,
    status: refusal.status,
    ...(refusal.errors ? { errors: refusal.errors } : {}),
  };
}

function refuse(refusal: Refusal | null, error: Error, at: { request: FastifyRequest; reply: FastifyReply }): void {
  refusals.inc({ code: refusal?.code ?? FAILURE.code, status: refusal?.status ?? 500 });
  if (!refusal) {
    at.request.log.error({ err: error }, 'a request failed');
    at.reply
      .code(500)
      .type('application/problem+json')
      .send({ ...FAILURE, status: 500 });
    return;
  }
  if (refusal.retryAfterSeconds !== undefined) at.reply.header('retry-after', refusal.retryAfterSeconds);
  at.reply
    .code(refusal.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(refusal)));
}

const FAILURE = {
  code: 'failure',
  title: 'Something broke on our side',
  detail: 'Nothing was kept of this request. It is in the log of the server.',
};

/** Our refusals as they are, the framework's by their status, a lost database as busy; anything else is our failure. */
function refusalOf(error: FastifyError): Refusal | null {
  if (error instanceof Refusal) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map((v) => ({ path: v.instancePath, message: v.message ?? 'is not valid' }));
    return invalid('invalid', 'The request does not have the documented shape.', errors);
  }
  if (error.statusCode === 413) return tooLarge('The body is larger than this door takes.');
  if (error.statusCode === 415) return unsupported('This content type is not taken here.');
  if (error.statusCode && error.statusCode < 500) return invalid('unreadable', error.message);
  if (isOutage(error))
    return new Refusal('busy', 'unavailable', 'A part of the house is not reachable, try again.', {
      retryAfterSeconds: 2,
    });
  return null;
}
