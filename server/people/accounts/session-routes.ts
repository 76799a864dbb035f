import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Id } from '#contract/words.ts';
import { anonymous } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { type AccountViewer, signedIn, type Viewer } from '../may.ts';
import { cookieOf } from './rules.ts';
import { changePassword, leaveEverywhere, leaveSession } from './session-commands.ts';
import { sessionsOf } from './store.ts';
import { isSecure } from './viewers.ts';

const Change = z.object({ current: z.string().min(1).max(1000), password: z.string().min(1).max(1000) });

/** What belongs to oneself: the password, and where one is signed in. */
export async function ownAccountRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const may = { config: { may: signedIn } };

  app.put('/api/v1/account/password', { ...may, schema: { body: Change } }, async (request, reply) => {
    await changePassword(ground, self(request.viewer), request.body);
    return reply.code(204).send();
  });
  app.get('/api/v1/account/sessions', may, async (request, reply) => {
    const viewer = self(request.viewer);
    const rows = await sessionsOf(ground.db.of(viewer.orgId), viewer.accountId, ground.clock.now());
    reply.header('cache-control', 'no-store');
    return {
      items: rows.map(({ id, createdAt, seenAt, browser }) => ({
        id: id.slice(0, 32),
        browser,
        createdAt: new Date(createdAt).toISOString(),
        seenAt: new Date(seenAt ?? createdAt).toISOString(),
        current: id === viewer.sessionId,
      })),
      next: null,
      position: String(await ground.log.position(viewer.orgId)),
    };
  });
  app.delete('/api/v1/account/sessions', may, async (request, reply) => {
    await leaveEverywhere(ground, self(request.viewer));
    return reply
      .code(204)
      .header('set-cookie', cookieOf('', isSecure(ground.config)))
      .send();
  });
  app.delete(
    '/api/v1/account/sessions/:id',
    { ...may, schema: { params: z.object({ id: Id }) } },
    async (request, reply) => {
      await leaveSession(ground, self(request.viewer), request.params.id);
      return reply.code(204).send();
    },
  );
}

function self(viewer: Viewer): AccountViewer {
  if (viewer.kind !== 'account') throw anonymous();
  return viewer;
}
