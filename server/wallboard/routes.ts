import type { FastifyInstance } from 'fastify';
import { forbidden } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import type { May } from '#server/people/may.ts';
import { wallView } from './view.ts';

const isDevice: May = (viewer) => viewer.kind === 'device';

/** The one door that a TV has. */
export async function wallRoutes(app: FastifyInstance, ground: Ground): Promise<void> {
  app.get('/api/v1/wall', { config: { may: isDevice } }, async ({ viewer }) => {
    if (viewer.kind !== 'device') throw forbidden();
    return wallView(ground, viewer.orgId, viewer.deviceId);
  });
}
