import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FastifyInstance } from 'fastify';

export type NodeHandler = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;
export type Pages = (server: Server) => Promise<NodeHandler>;

const root = path.resolve(import.meta.dirname, '../..');

/** What the pages may ask of the house: an API call answered in process. */
export type Inside = { inject: FastifyInstance['inject'] };

// Node loads this module once and the build brings its own copy: the two meet under a global symbol.
const KEY = Symbol.for('floorlight.house');
const shared = globalThis as { [KEY]?: AsyncLocalStorage<Inside> };
shared[KEY] ??= new AsyncLocalStorage<Inside>();
const inside = shared[KEY];

/** Mounts SvelteKit as the last scope: no body parser may touch its requests. */
export async function mountPages(app: FastifyInstance, pages: Pages): Promise<void> {
  const handler = await pages(app.server);
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.all('/*', { config: { may: 'anyone' }, schema: { hide: true } }, (request, reply) => {
      if (request.url.startsWith('/api/')) return reply.callNotFound();
      // what the house says on every answer (security headers), said here too
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value);
      if (isPart(request.url)) keepOnly(reply.raw, ON_PARTS);
      reply.hijack();
      // tries are counted by address: what a page asks for is asked by whoever asked for the page
      const inject = ((ask: object) => app.inject({ ...ask, remoteAddress: request.ip })) as Inside['inject'];
      inside.run({ inject }, () => handler(request.raw, reply.raw, (error) => give404(reply.raw, error)));
    });
  });
}

/** Scripts, styles and fonts, which are no documents: nothing can frame them, and they send nobody on. */
const isPart = (url: string): boolean => url.startsWith('/_app/immutable/');
const ON_PARTS = new Set(['x-content-type-options', 'cross-origin-resource-policy', 'strict-transport-security']);

function keepOnly(response: ServerResponse, wanted: Set<string>): void {
  for (const name of response.getHeaderNames()) if (!wanted.has(name)) response.removeHeader(name);
}

function give404(response: ServerResponse, error: unknown): void {
  if (!response.headersSent) response.statusCode = error ? 500 : 404;
  response.end(error ? 'The page could not be made.' : 'Not found.');
}

/** The built screens. adapter-node takes the scheme to be https unless told, and reads that when it loads. */
export async function builtPages(): Promise<NodeHandler> {
  process.env.PROTOCOL_HEADER ??= 'x-forwarded-proto';
  const { handler } = (await import(pathToFileURL(path.join(root, 'build/handler.js')).href)) as {
    handler: NodeHandler;
  };
  return (request, response, next) => {
    request.headers['x-forwarded-proto'] ??= 'http';
    handler(request, response, next);
  };
}

/** The screens by Vite in this process, with hot replacement on the same port. */
export async function devPages(server: Server): Promise<NodeHandler> {
  const { createServer } = await import('vite');
  const vite = await createServer({ root, appType: 'custom', server: { middlewareMode: true, hmr: { server } } });
  return (request, response, next) => vite.middlewares(request, response, next);
}
