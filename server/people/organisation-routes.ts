import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { OrganisationWish } from '#contract/people.ts';
import type { Ground } from '#server/log/ground.ts';
import { atDesk } from './commands.ts';
import { orgOf } from './door.ts';
import { manageOrganisation, seeThings } from './may.ts';
import { renameOrganisation } from './organisation-commands.ts';
import { organisationRow } from './store.ts';

/** What the organisation is called, and where its day begins. */
export async function organisationRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const shown = async (orgId: number) => {
    const { name, timeZone, currency } = await organisationRow(ground.db.of(orgId), orgId);
    return { name, timeZone, currency };
  };
  app.get('/api/v1/organisation', { config: { may: seeThings } }, async (request) => ({
    ...(await shown(orgOf(request))),
    position: String(await ground.log.position(orgOf(request))),
  }));
  const put = { config: { may: manageOrganisation }, schema: { body: OrganisationWish } };
  app.put('/api/v1/organisation', put, async (request) => {
    const orgId = orgOf(request);
    const position = await atDesk(ground, orgId, (desk) => renameOrganisation(desk, request.viewer, request.body));
    return { ...(await shown(orgId)), position: String(position) };
  });
}
