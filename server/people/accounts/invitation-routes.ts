import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Id } from '#contract/words.ts';
import type { Ground } from '#server/log/ground.ts';
import { actorOf } from '../audit/commands.ts';
import { orgOf } from '../door.ts';
import { manageAccounts } from '../may.ts';
import { acceptInvitation, invitePerson, type Link, readInvitation, resetPerson } from './invitation-commands.ts';
import { browserOf, cookieOf } from './rules.ts';
import { fromAddress } from './tries.ts';
import { isSecure } from './viewers.ts';

const OfId = z.object({ id: Id });
const Token = z.string().min(1).max(200);
const Acceptance = z.object({ token: Token, password: z.string().min(1).max(1000) });

/** One-time links to a first or a new password: made by an administrator, used by whoever holds them. */
export async function invitationRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const made = { config: { may: manageAccounts }, schema: { params: OfId } };
  const held = (request: FastifyRequest<{ Params: { id: string } }>) => ({
    orgId: orgOf(request),
    person: request.params.id,
    by: actorOf(request.viewer),
  });
  const shown = (request: FastifyRequest, { token, expiresAt }: Link) => ({
    url: `${ground.config.ORIGIN ?? `${request.protocol}://${request.host}`}/invitation?token=${token}`,
    expiresAt: new Date(expiresAt).toISOString(),
  });

  app.post('/api/v1/people/:id/invitation', made, async (request, reply) => {
    reply.code(201).header('cache-control', 'no-store');
    return shown(request, await invitePerson(ground, held(request)));
  });
  app.post('/api/v1/people/:id/reset', made, async (request, reply) => {
    reply.code(201).header('cache-control', 'no-store');
    return shown(request, await resetPerson(ground, held(request)));
  });

  // a token travels in bodies only: addresses are written down by proxies
  app.post(
    '/api/v1/invitation/view',
    { config: { may: 'anyone' }, schema: { body: z.object({ token: Token }) } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const read = () => readInvitation(ground, request.body.token);
      const { expiresAt, ...invited } = await fromAddress(ground, request.ip, read);
      return { ...invited, expiresAt: new Date(expiresAt).toISOString() };
    },
  );
  app.post(
    '/api/v1/invitation',
    { config: { may: 'anyone' }, schema: { body: Acceptance } },
    async (request, reply) => {
      const browser = browserOf(request.headers['user-agent']);
      const token = await fromAddress(ground, request.ip, () => acceptInvitation(ground, { ...request.body, browser }));
      return reply
        .code(201)
        .header('set-cookie', cookieOf(token, isSecure(ground.config)))
        .send({ signedIn: true });
    },
  );
}
