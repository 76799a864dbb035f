import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { TargetSubject } from '#contract/definitions.ts';
import { Role } from '#contract/words.ts';
import { KNOWN_FROM_EVER, knownOf, toldVersions } from '#server/facts/versions/history.ts';
import { versionRows } from '#server/facts/versions/store.ts';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '#server/people/door.ts';
import { defineThings } from '#server/people/may.ts';
import { targetBody } from './commands.ts';
import { DEFAULT_SCORECARDS, DEFAULT_TARGETS } from './defaults.ts';
import { type ScorecardBody, scorecardOf, type TargetBody, targetKey, targetOf } from './definitions.ts';
import { told, toldScorecard } from './listed.ts';

const OfRole = z.object({ role: Role });
const OfTarget = z.object({
  ...TargetSubject,
  rampDays: z.coerce.number().pipe(z.int().min(1).max(1000)).optional(),
});

/** What a target or a scorecard was, is and will be, for whoever sets them. */
export async function versionRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const { db, log } = ground;

  app.get(
    '/api/v1/targets/versions',
    { config: { may: defineThings }, schema: { querystring: OfTarget } },
    async (request) => {
      const orgId = orgOf(request);
      const key = targetKey(targetBody({ ...request.query, ended: true }, ''));
      const house = DEFAULT_TARGETS.filter((target) => targetKey(target) === key);
      const own = (await versionRows<TargetBody>(db.of(orgId), orgId, 'target_versions')).filter(
        (row) => row.key === key,
      );
      const versions = [
        ...house.map((target) => ({ ...target, ...KNOWN_FROM_EVER })),
        ...own.map((row) => ({ ...targetOf(row), ...knownOf(row) })),
      ];
      return {
        items: await toldVersions(ground, orgId, { versions, told }),
        next: null,
        position: String(await log.position(orgId)),
      };
    },
  );

  app.get(
    '/api/v1/scorecards/:role/versions',
    { config: { may: defineThings }, schema: { params: OfRole } },
    async (request) => {
      const orgId = orgOf(request);
      const { role } = request.params;
      const house = DEFAULT_SCORECARDS.filter((card) => card.role === role);
      const own = (await versionRows<ScorecardBody>(db.of(orgId), orgId, 'scorecard_versions')).filter(
        (row) => row.key === role,
      );
      const versions = [
        ...house.map((card) => ({ ...card, ...KNOWN_FROM_EVER })),
        ...own.map((row) => ({ ...scorecardOf(row), ...knownOf(row) })),
      ];
      return {
        items: await toldVersions(ground, orgId, { versions, told: toldScorecard }),
        next: null,
        position: String(await log.position(orgId)),
      };
    },
  );
}
