import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '../door.ts';
import { seeAudit } from '../may.ts';
import { cursorOf, Paging, placeOf } from '../paging.ts';
import { verifyTrail } from './commands.ts';
import { entriesBefore } from './store.ts';

/** Who changed which right, the newest first; and whether the trail is whole. */
export async function auditRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get('/api/v1/audit', { config: { may: seeAudit }, schema: { querystring: Paging } }, async (request) => {
    const orgId = orgOf(request);
    const { limit, cursor } = request.query;
    const [before] = placeOf(cursor, 'number') ?? [2 ** 31 - 1];
    const rows = await entriesBefore(ground.db, orgId, { before, limit: limit + 1 });
    const last = rows[limit - 1];
    return {
      items: rows.slice(0, limit).map(({ hash: _, at, ...row }) => ({ ...row, at: new Date(at).toISOString() })),
      next: rows.length > limit && last ? cursorOf(last.number) : null,
      chain: (await verifyTrail(ground.db, orgId)) === null ? 'verified' : 'broken',
      position: String(await ground.log.position(orgId)),
    };
  });
}
