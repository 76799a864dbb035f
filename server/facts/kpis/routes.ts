import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Kpi, type KpiItem } from '#contract/definitions.ts';
import { toldVersions } from '#server/facts/versions/history.ts';
import { pageOf, toldInstant, VersionsQuery } from '#server/facts/versions/page.ts';
import { atDefinitions } from '#server/facts/versions/versions.ts';
import { missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { actorOf } from '#server/people/audit/commands.ts';
import { orgOf } from '#server/people/door.ts';
import { defineThings, seeThings } from '#server/people/may.ts';
import { defineKpis, type KpiPatch } from './commands.ts';
import type { KpiVersion } from './measure.ts';
import { kpiMeasures } from './store.ts';

const Id = z.object({ id: Kpi.shape.id });
/** Every field may be missing: what is absent stays. `controllable` loses its default, which would replace. */
const Patch = Kpi.omit({ id: true }).extend({ controllable: z.boolean() }).partial();
const ListPatch = Patch.extend({ id: Kpi.shape.id });

/** The catalogue of KPIs: the house's own and the organisation's, one by one or as a list. */
export async function kpiRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const define = async (request: FastifyRequest, items: { patch: KpiPatch; path: string }[]) => {
    const desk = { orgId: orgOf(request), by: actorOf(request.viewer) };
    const saved = await atDefinitions(ground, desk, (open) => defineKpis(open, items));
    return { items: saved.items.map(shown), position: String(saved.position) };
  };
  app.put('/api/v1/kpis/:id', { config: { may: defineThings }, schema: { params: Id, body: Patch } }, (request) =>
    define(request, [{ patch: { ...request.body, id: request.params.id }, path: '' }]),
  );
  app.put('/api/v1/kpis', { config: { may: defineThings }, schema: { body: z.array(ListPatch).max(500) } }, (request) =>
    define(
      request,
      request.body.map((patch, index) => ({ patch, path: `/${index}` })),
    ),
  );
  app.get('/api/v1/kpis', { config: { may: seeThings }, schema: { querystring: VersionsQuery } }, async (request) => ({
    ...pageOf(await items(ground, orgOf(request), request.query.versions), request.query),
    position: String(await ground.log.position(orgOf(request))),
  }));
  app.get('/api/v1/kpis/:id', { config: { may: seeThings }, schema: { params: Id } }, async (request) => {
    const found = (await items(ground, orgOf(request))).find(({ key }) => key === request.params.id);
    if (!found) throw missing(`There is no KPI ${request.params.id}.`);
    return { ...found.item, position: String(await ground.log.position(orgOf(request))) };
  });
  app.get('/api/v1/kpis/:id/versions', { config: { may: defineThings }, schema: { params: Id } }, async (request) => {
    const { id } = request.params;
    const versions = (await kpiMeasures(ground.db.of(orgOf(request)), orgOf(request))).filter(
      (measure) => measure.id === id,
    );
    if (versions.length === 0) throw missing(`There is no KPI ${id}.`);
    return {
      items: await toldVersions(ground, orgOf(request), { versions, told: shown }),
      next: null,
      position: String(await ground.log.position(orgOf(request))),
    };
  });
}

/** A KPI as the wire tells it. */
export function shown({ definition, version, effectiveFrom, builtIn }: KpiVersion): KpiItem {
  const { settleDays: _settleDays, ...told } = definition;
  return { ...told, version, builtIn, effectiveFrom: toldInstant(effectiveFrom) };
}

/** The newest version of each KPI, whenever it begins; or all of them. */
async function items({ db }: Ground, orgId: number, versions = 'newest'): Promise<{ key: string; item: KpiItem }[]> {
  const every = await kpiMeasures(db.of(orgId), orgId);
  if (versions === 'all') return every.map((one) => ({ key: `${one.id} ${one.version}`, item: shown(one) }));
  const newest = new Map(every.map((measure) => [measure.id, measure]));
  return [...newest].map(([key, measure]) => ({ key, item: shown(measure) }));
}
