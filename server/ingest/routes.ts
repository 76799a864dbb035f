import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { LIMITS } from '#contract/limits.ts';
import { Text } from '#contract/words.ts';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '#server/people/door.ts';
import { defineThings, seeSources, sendEvents } from '#server/people/may.ts';
import { Paging } from '#server/people/paging.ts';
import { itemsOf } from './bodies.ts';
import { takeIn } from './commands.ts';
import { chooseForSources } from './source-commands.ts';
import { sourceRows } from './store.ts';
import { presentSource } from './views.ts';

const Detail = z.object({ detail: z.enum(['true', 'false']).optional() });
const Choice = z.object({ name: Text(200), backfill: z.enum(['silent', 'award']) });

/** The door for events, and how fresh the sources are. */
export async function ingestRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.register(async (scope) => eventDoor(scope, ground));
  app.get('/api/v1/sources', { config: { may: seeSources }, schema: { querystring: Paging } }, async (request) => {
    const { limit, cursor } = request.query;
    const orgId = orgOf(request);
    const position = String(await ground.log.position(orgId));
    const after = Buffer.from(cursor ?? '', 'base64url')
      .toString()
      .replaceAll('\u0000', '');
    const rows = await sourceRows(ground.db.of(orgId), orgId, { after, most: limit + 1 });
    const items = rows.slice(0, limit).map(presentSource);
    const next = rows.length > limit ? Buffer.from(items.at(-1)?.name ?? '').toString('base64url') : null;
    return { items, next, position };
  });
  const put = { config: { may: defineThings }, schema: { body: z.array(Choice).max(500) } };
  app.put('/api/v1/sources', put, async (request) => {
    const position = await chooseForSources(ground, orgOf(request), request.body);
    return { items: request.body, position: String(position) };
  });
}

/** Bodies come as bytes here: this door reads more than JSON, and says itself what it cannot read. */
async function eventDoor(scope: FastifyInstance, ground: Ground): Promise<void> {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: LIMITS.bytesPerCall }, (_request, body, done) =>
    done(null, body),
  );
  const door = scope.withTypeProvider<ZodTypeProvider>();
  const options = { config: { may: sendEvents }, bodyLimit: LIMITS.bytesPerCall, schema: { querystring: Detail } };
  door.post('/api/v1/events', options, async (request) => {
    const items = itemsOf(request.headers, Buffer.isBuffer(request.body) ? request.body : null);
    const { duplicated, ...reply } = await takeIn(ground, orgOf(request), items);
    return request.query.detail === 'true' ? { ...reply, duplicated } : reply;
  });
}
