import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Id, Text } from '#contract/words.ts';
import { forbidden, missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { floorFor, orgOf } from '../door.ts';
import { manageDevices, seeBoards, type Viewer } from '../may.ts';
import { createDevice, revokeDevice } from './device-commands.ts';
import { deviceRows } from './device-store.ts';
import { dated, whole } from './views.ts';

const DeviceWish = z.object({
  name: Text(100),
  scope: z
    .string()
    .regex(/^(org|(site|team):[A-Za-z0-9._-]{1,64})$/)
    .default('org'),
});
const OfId = z.object({ id: Id });

/** Device tokens: which screens without a person there are, a new one, and taking one away. */
export async function deviceRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get('/api/v1/devices', { config: { may: manageDevices } }, async (request) =>
    whole(ground, orgOf(request), (await deviceRows(ground.db, orgOf(request))).map(dated)),
  );
  app.post(
    '/api/v1/devices',
    { config: { may: manageDevices }, schema: { body: DeviceWish } },
    async (request, reply) => {
      await refuseBeyond(ground, request.viewer, request.body.scope);
      const { createdAt, ...made } = await createDevice(ground, orgOf(request), request.body);
      return reply.code(201).send({ ...made, createdAt: new Date(createdAt).toISOString() });
    },
  );
  app.delete(
    '/api/v1/devices/:id',
    { config: { may: manageDevices }, schema: { params: OfId } },
    async (request, reply) => {
      const device = (await deviceRows(ground.db, orgOf(request))).find((row) => row.id === request.params.id);
      if (!device) throw missing(`There is no device ${request.params.id}.`);
      await refuseBeyond(ground, request.viewer, device.scope);
      await revokeDevice(ground, orgOf(request), device.id);
      return reply.code(204).send();
    },
  );
}

/** Nobody hands out, or takes away, a sight that they do not have. */
async function refuseBeyond(ground: Ground, viewer: Viewer, scope: string): Promise<void> {
  if (!(await seeBoards(viewer, { scope }, floorFor(ground, viewer))))
    throw forbidden(`The scope ${scope} is not yours to show.`);
}
