import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { LIMITS } from '#contract/limits.ts';
import { Id, Position } from '#contract/words.ts';
import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '#server/people/door.ts';
import { seeLog, seePerson, signedIn } from '#server/people/may.ts';
import { AWARD_RULES } from './awards.ts';
import { verifyChain } from './chain.ts';
import { ledgerRows } from './store.ts';
import { walletOf } from './view.ts';

const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMost).default(LIMITS.pageDefault),
  cursor: Position.optional(),
  after: Position.optional(),
});

/** The ledger, people's wallets, and what points are given for. */
export async function pointsRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get('/api/v1/ledger', { config: { may: seeLog } }, (request) =>
    ground.db.of(orgOf(request)).snapshot(async (tx) => {
      const orgId = orgOf(request);
      const position = String(await flowPosition(tx, orgId));
      return { ...(await ledgerRows(tx, orgId)), chain: await verifyChain(tx, orgId), position };
    }),
  );
  app.get('/api/v1/points/rules', { config: { may: signedIn } }, async (request) => ({
    items: AWARD_RULES.map(({ id, version, window, words }) => ({ id, version, window, words })),
    next: null,
    position: String(await ground.log.position(orgOf(request))),
  }));
  const wallet = { config: { may: seePerson }, schema: { params: z.object({ id: Id }), querystring: Paging } };
  app.get('/api/v1/people/:id/points', wallet, (request) =>
    ground.db.of(orgOf(request)).snapshot(async (tx) => {
      const orgId = orgOf(request);
      const { limit, cursor } = request.query;
      const position = String(await flowPosition(tx, orgId));
      const asked = {
        person: request.params.id,
        now: ground.clock.now(),
        before: cursor === undefined ? undefined : Number(cursor),
        limit,
      };
      return { ...(await walletOf(tx, orgId, asked)), position };
    }),
  );
}
