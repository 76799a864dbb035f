import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Scorecard, type ScorecardItem, Target, type TargetItem } from '#contract/definitions.ts';
import { Role } from '#contract/words.ts';
import { PageQuery, pageOf, toldInstant } from '#server/facts/versions/page.ts';
import { versionRows } from '#server/facts/versions/store.ts';
import { atDefinitions } from '#server/facts/versions/versions.ts';
import { missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '#server/people/door.ts';
import { defineThings, seeThings } from '#server/people/may.ts';
import { setScorecard, setTargets } from './commands.ts';
import { DEFAULT_SCORECARDS, DEFAULT_TARGETS, type ScorecardVersion } from './defaults.ts';
import { type ScorecardBody, scorecardOf, type TargetBody, targetKey, targetOf } from './definitions.ts';
import type { TargetVersion } from './targets.ts';

const OfRole = z.object({ role: Role });
/** Gates that are absent stay, so that their default must not fill them. */
const Wish = Scorecard.extend({ gates: Scorecard.shape.gates.unwrap().optional() });

/** Targets and scorecards: who must reach what, and what it weighs. */
export async function definitionRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const position = async (orgId: number) => String(await ground.log.position(orgId));

  app.put(
    '/api/v1/targets',
    { config: { may: defineThings }, schema: { body: z.array(Target).max(5_000) } },
    async (request) => {
      const saved = await atDefinitions(ground, orgOf(request), (desk) => setTargets(desk, request.body));
      return { items: saved.items.map(toldTarget), position: String(saved.position) };
    },
  );
  app.get('/api/v1/targets', { config: { may: seeThings }, schema: { querystring: PageQuery } }, async (request) => ({
    ...pageOf(await targets(ground, orgOf(request)), request.query),
    position: await position(orgOf(request)),
  }));

  app.put(
    '/api/v1/scorecards/:role',
    { config: { may: defineThings }, schema: { params: OfRole, body: Wish } },
    async (request) => {
      const saved = await atDefinitions(ground, orgOf(request), (desk) =>
        setScorecard(desk, request.params.role, request.body),
      );
      return { items: saved.items.map(toldScorecard), position: String(saved.position) };
    },
  );
  app.get(
    '/api/v1/scorecards',
    { config: { may: seeThings }, schema: { querystring: PageQuery } },
    async (request) => ({
      ...pageOf(await scorecards(ground, orgOf(request)), request.query),
      position: await position(orgOf(request)),
    }),
  );
  app.get('/api/v1/scorecards/:role', { config: { may: seeThings }, schema: { params: OfRole } }, async (request) => {
    const found = (await scorecards(ground, orgOf(request))).find(({ key }) => key === request.params.role);
    if (!found) throw missing(`There is no scorecard for the role ${request.params.role}.`);
    return { ...found.item, position: await position(orgOf(request)) };
  });
}

/** The newest version of each target, whenever it begins, and the house's own where the organisation has none. */
async function targets({ db }: Ground, orgId: number): Promise<{ key: string; item: TargetItem }[]> {
  const own = (await versionRows<TargetBody>(db, orgId, 'target_versions')).map(targetOf);
  const newest = new Map([...DEFAULT_TARGETS, ...own].map((target) => [targetKey(target), target]));
  return [...newest].map(([key, target]) => ({ key, item: toldTarget(target) }));
}

async function scorecards({ db }: Ground, orgId: number): Promise<{ key: string; item: ScorecardItem }[]> {
  const own = (await versionRows<ScorecardBody>(db, orgId, 'scorecard_versions')).map(scorecardOf);
  const newest = new Map([...DEFAULT_SCORECARDS, ...own].map((scorecard) => [scorecard.role, scorecard]));
  return [...newest].map(([key, scorecard]) => ({ key, item: toldScorecard(scorecard) }));
}

function toldTarget({ kpi, of, rampDays, marks, version, effectiveFrom }: TargetVersion): TargetItem {
  return {
    kpi,
    ...(of.kind === 'organisation' ? {} : { [of.kind]: of.id }),
    ...(rampDays === null ? {} : { rampDays }),
    ...marks,
    version,
    effectiveFrom: toldInstant(effectiveFrom),
  } as TargetItem;
}

const toldScorecard = ({ role, kpis, gates, version, effectiveFrom }: ScorecardVersion): ScorecardItem => ({
  role: role as Role,
  kpis,
  gates,
  version,
  effectiveFrom: toldInstant(effectiveFrom),
});
