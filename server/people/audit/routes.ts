import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AUDIT_KINDS } from '#contract/people.ts';
import { Id } from '#contract/words.ts';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '../door.ts';
import { seeAudit } from '../may.ts';
import { cursorOf, Paging, placeOf } from '../paging.ts';
import { verifyTrail } from './commands.ts';
import { entriesBefore } from './store.ts';
import { actorNames } from './views.ts';

/** `who` is a person's id, as the one who did it or whom it was done to. */
const Asked = Paging.extend({ who: Id.optional(), kind: z.enum(AUDIT_KINDS).optional() });

/** Who changed which right, the newest first; and whether the trail is whole. */
export async function auditRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const asked = { config: { may: seeAudit }, schema: { querystring: Asked } };
  app.get('/api/v1/audit', asked, async (request) => {
    const orgId = orgOf(request);
    const { limit, cursor, who, kind } = request.query;
    const [before] = placeOf(cursor, 'number') ?? [2 ** 31 - 1];
    const rows = await entriesBefore(ground.db.of(orgId), orgId, {
      before,
      limit: limit + 1,
      who: who === undefined ? null : `person:${who}`,
      kind: kind ?? null,
    });
    const nameOf = await actorNames(ground.db.of(orgId), orgId);
    const last = rows[limit - 1];
    return {
      items: rows.slice(0, limit).map(({ hash: _, at, ...row }) => ({
        ...row,
        actorName: nameOf(row.actor),
        objectName: nameOf(row.object),
        at: new Date(at).toISOString(),
      })),
      next: rows.length > limit && last ? cursorOf(last.number) : null,
      chain: (await verifyTrail(ground.db.of(orgId), orgId)) === null ? 'verified' : 'broken',
      position: String(await ground.log.position(orgId)),
    };
  });
}
