import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { PairingApproval, StoredScenes } from '#contract/wall.ts';
import { Id, Position } from '#contract/words.ts';
import { forbidden, invalid, missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { deviceToManage } from '#server/people/accounts/device-routes.ts';
import { refuseBeyond } from '#server/people/accounts/device-scope.ts';
import { orgOf } from '#server/people/door.ts';
import { type May, manageDevices } from '#server/people/may.ts';
import { chooseScenes } from './commands.ts';
import { approvePairing, askPairing, collectToken } from './pairing.ts';
import { scenesChosen, wallView } from './view.ts';

const isDevice: May = (viewer) => viewer.kind === 'device';
const OfId = z.object({ id: Id });
const OfCode = z.object({ code: z.string().min(1).max(40) });
const Preview = z.object({ scenes: z.string().max(4_000).optional(), after: Position.optional() });

/** The doors of a TV: asking to be let in, and its wall; and of whoever lets it in and chooses what it shows. */
export async function wallRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get('/api/v1/wall', { config: { may: isDevice } }, async ({ viewer }) => {
    if (viewer.kind !== 'device') throw forbidden();
    return wallView(ground, { orgId: viewer.orgId, device: viewer.deviceId });
  });
  app.post('/api/v1/pairings', { config: { may: 'anyone' } }, async (request, reply) => {
    reply.header('cache-control', 'no-store').code(201);
    return askPairing(ground, request.ip);
  });
  app.get('/api/v1/pairings/mine', { config: { may: 'anyone' } }, async (request, reply) => {
    const own = request.headers['pairing-secret'];
    reply.header('cache-control', 'no-store');
    if (typeof own !== 'string' || !/^[\w-]{43}$/.test(own)) throw missing('This screen did not ask to be let in.');
    return collectToken(ground, own);
  });
  app.post(
    '/api/v1/pairings/:code/approve',
    { config: { may: manageDevices }, schema: { params: OfCode, body: PairingApproval } },
    async (request, reply) => {
      const { viewer, body } = request;
      if (viewer.kind !== 'account') throw forbidden();
      await refuseBeyond(ground, viewer, body.scope);
      const by = { orgId: viewer.orgId, who: viewer.accountId };
      const { createdAt, ...made } = await approvePairing(ground, by, { ...body, code: request.params.code });
      return reply.code(201).send({ ...made, createdAt: new Date(createdAt).toISOString() });
    },
  );
  app.get(
    '/api/v1/devices/:id/scenes',
    { config: { may: manageDevices }, schema: { params: OfId } },
    async (request) => {
      const of = { orgId: orgOf(request), id: request.params.id };
      await deviceToManage(ground, request.viewer, of);
      return {
        items: await scenesChosen(ground.db.of(of.orgId), of.orgId, of.id),
        next: null,
        position: String(await ground.log.position(of.orgId)),
      };
    },
  );
  app.put(
    '/api/v1/devices/:id/scenes',
    { config: { may: manageDevices }, schema: { params: OfId, body: StoredScenes } },
    async (request) => {
      const of = { orgId: orgOf(request), id: request.params.id };
      await deviceToManage(ground, request.viewer, of);
      const position = await chooseScenes(ground, { orgId: of.orgId, device: of.id }, request.body);
      return { items: request.body, position: String(position) };
    },
  );
  app.get(
    '/api/v1/devices/:id/wall',
    { config: { may: manageDevices }, schema: { params: OfId, querystring: Preview } },
    async (request) => {
      const of = { orgId: orgOf(request), id: request.params.id };
      await deviceToManage(ground, request.viewer, of);
      return wallView(ground, { orgId: of.orgId, device: of.id }, scenesIn(request.query.scenes));
    },
  );
}

/** Scenes that somebody looks at before saving them, as JSON in the address. @throws Refusal invalid */
function scenesIn(text: string | undefined) {
  if (text === undefined) return undefined;
  try {
    return StoredScenes.parse(JSON.parse(text));
  } catch {
    throw invalid('invalid', 'These are no scenes.', [{ path: '/scenes', message: 'must be a list of scenes' }]);
  }
}
