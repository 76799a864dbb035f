import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Id, Position } from '#contract/words.ts';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '#server/people/door.ts';
import { seePerson, seeThings } from '#server/people/may.ts';
import { BADGES } from './rules.ts';
import { badgeCase, infoOf } from './view.ts';

const After = z.object({ after: Position.optional() });

/** The badges in words, and what somebody earned of them. */
export async function badgeRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get('/api/v1/badges', { config: { may: seeThings }, schema: { querystring: After } }, async (request) => ({
    items: BADGES.map(infoOf),
    next: null,
    position: String(await ground.log.position(orgOf(request))),
  }));

  const schema = { params: z.object({ id: Id }), querystring: After };
  app.get('/api/v1/people/:id/badges', { config: { may: seePerson }, schema }, (request) =>
    badgeCase(ground, orgOf(request), request.params.id),
  );
}
