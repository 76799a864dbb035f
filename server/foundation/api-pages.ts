import swagger from '@fastify/swagger';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

/** Collects every route that is registered after this, as OpenAPI. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Floorlight',
        version: '1',
        description: 'Live, fair and fully explainable performance figures of a contact centre.',
      },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'floorlight' },
        },
      },
      security: [{ key: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform,
  });
}

/** The description itself, and a page to browse it. */
export async function apiPages(app: FastifyInstance): Promise<void> {
  app.get('/api/v1/openapi.json', { config: { may: 'anyone' }, schema: { hide: true } }, async () => app.swagger());
  await app.register(scalar, { routePrefix: '/docs', configuration: { url: '/api/v1/openapi.json' } });
}
