import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Scorecard, ScorecardEnd, Target, type TargetItem } from '#contract/definitions.ts';
import { Role } from '#contract/words.ts';
import { pageOf, VersionsQuery } from '#server/facts/versions/page.ts';
import { versionRows } from '#server/facts/versions/store.ts';
import { atDefinitions } from '#server/facts/versions/versions.ts';
import { missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { actorOf } from '#server/people/audit/commands.ts';
import { floorFor, orgOf } from '#server/people/door.ts';
import { defineThings, seePerson, seeThings, type Viewer } from '#server/people/may.ts';
import { endScorecard, setScorecard, setTargets } from './commands.ts';
import { type ScorecardBody, scorecardOf, type TargetBody, targetOf } from './definitions.ts';
import { allScorecards, allTargets, newestScorecards, newestTargets, told, toldScorecard } from './listed.ts';

const OfRole = z.object({ role: Role });
/** Gates that are absent stay, so that their default must not fill them. */
const Wish = z.union([ScorecardEnd, Scorecard.extend({ gates: Scorecard.shape.gates.unwrap().optional() })]);

/** Targets and scorecards: who must reach what, and what it weighs. */
export async function definitionRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const position = async (orgId: number) => String(await ground.log.position(orgId));

  app.put(
    '/api/v1/targets',
    { config: { may: defineThings }, schema: { body: z.array(Target).max(5_000) } },
    async (request) => {
      const saved = await atDefinitions(ground, deskOf(request), (desk) => setTargets(desk, request.body));
      return { items: saved.items.map(told), position: String(saved.position) };
    },
  );
  app.get(
    '/api/v1/targets',
    { config: { may: seeThings }, schema: { querystring: VersionsQuery } },
    async (request) => {
      const listed = await targets(ground, orgOf(request), request.query);
      return {
        ...pageOf(await shownTo(ground, request.viewer, listed), request.query),
        position: await position(orgOf(request)),
      };
    },
  );

  app.put(
    '/api/v1/scorecards/:role',
    { config: { may: defineThings }, schema: { params: OfRole, body: Wish } },
    async (request) => {
      const { params, body } = request;
      const saved = await atDefinitions(ground, deskOf(request), (desk) =>
        'ended' in body ? endScorecard(desk, params.role, body) : setScorecard(desk, params.role, body),
      );
      return { items: saved.items.map(toldScorecard), position: String(saved.position) };
    },
  );
  app.get(
    '/api/v1/scorecards',
    { config: { may: seeThings }, schema: { querystring: VersionsQuery } },
    async (request) => ({
      ...pageOf(await scorecards(ground, orgOf(request), request.query), request.query),
      position: await position(orgOf(request)),
    }),
  );
  app.get('/api/v1/scorecards/:role', { config: { may: seeThings }, schema: { params: OfRole } }, async (request) => {
    const found = (await scorecards(ground, orgOf(request))).find(({ key }) => key === request.params.role);
    if (!found) throw missing(`There is no scorecard for the role ${request.params.role}.`);
    return { ...found.item, position: await position(orgOf(request)) };
  });
}

const deskOf = (request: FastifyRequest) => ({ orgId: orgOf(request), by: actorOf(request.viewer) });

type Query = z.infer<typeof VersionsQuery>;

async function targets(
  { db, clock }: Ground,
  orgId: number,
  query: Query,
): Promise<{ key: string; item: TargetItem }[]> {
  const own = (await versionRows<TargetBody>(db.of(orgId), orgId, 'target_versions')).map(targetOf);
  return query.versions === 'all' ? allTargets(own) : newestTargets(own, clock.now());
}

/** A person's own target is for whoever may see the person's figures, and for whoever sets targets. */
async function shownTo(door: Ground, viewer: Viewer, listed: { key: string; item: TargetItem }[]) {
  const floor = floorFor(door, viewer);
  if (await defineThings(viewer, {}, floor)) return listed;
  const may = await Promise.all(
    listed.map(({ item }) => item.person === undefined || seePerson(viewer, { id: item.person }, floor)),
  );
  return listed.filter((_, at) => may[at]);
}

async function scorecards({ db, clock }: Ground, orgId: number, query: Partial<Query> = {}) {
  const own = (await versionRows<ScorecardBody>(db.of(orgId), orgId, 'scorecard_versions')).map(scorecardOf);
  return query.versions === 'all' ? allScorecards(own) : newestScorecards(own, clock.now());
}
