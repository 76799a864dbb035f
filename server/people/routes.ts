import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { LIMITS } from '#contract/limits.ts';
import { Identity, Person, Queue, Site, Team } from '#contract/people.ts';
import { Id } from '#contract/words.ts';
import { invalid, missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { forgetViewers } from './accounts/viewers.ts';
import { atDesk, type Desk, saveQueues, saveSites, saveTeams } from './commands.ts';
import { orgOf } from './door.ts';
import { managePeople, peopleShown, seePeople, seePerson, seeThings, seeUnmapped } from './may.ts';
import { Paging } from './paging.ts';
import { addIdentity } from './person-commands.ts';
import { personPage } from './person-store.ts';
import { savePeopleAs } from './rights-commands.ts';
import { queueRows, siteRows, teamRows } from './store.ts';
import { presentPeople, unmappedPage } from './views.ts';

const MOST = 20_000;
/** Sites, teams, queues, people, and the agents that nobody answers for yet. */
export async function peopleRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const put = { config: { may: managePeople }, bodyLimit: LIMITS.bytesPerCall };
  const get = { config: { may: seeThings }, schema: { querystring: Paging } };
  const saved = async (orgId: number, work: (desk: Desk) => Promise<number>) => {
    const position = await atDesk(ground, orgId, work);
    // roles and teams are rights: whoever is signed in is looked at anew, at once
    forgetViewers(ground.db);
    return String(position);
  };
  const reflected = async (orgId: number) => String(await ground.log.position(orgId));
  const listed = async <Row extends { id: string }>(rows: Row[], query: z.infer<typeof Paging>, orgId: number) => ({
    ...pageOf(rows, query),
    position: await reflected(orgId),
  });

  app.put('/api/v1/sites', { ...put, schema: { body: z.array(Site).max(MOST) } }, async (request) => {
    const position = await saved(orgOf(request), (desk) => saveSites(desk, request.body));
    return { items: chosen(await sites(ground, orgOf(request)), request.body), position };
  });
  app.get('/api/v1/sites', get, async (request) =>
    listed(await sites(ground, orgOf(request)), request.query, orgOf(request)),
  );

  app.put('/api/v1/teams', { ...put, schema: { body: z.array(Team).max(MOST) } }, async (request) => {
    const position = await saved(orgOf(request), (desk) => saveTeams(desk, request.body));
    return { items: chosen(await teams(ground, orgOf(request)), request.body), position };
  });
  app.get('/api/v1/teams', get, async (request) =>
    listed(await teams(ground, orgOf(request)), request.query, orgOf(request)),
  );

  app.put('/api/v1/queues', { ...put, schema: { body: z.array(Queue).max(MOST) } }, async (request) => {
    const position = await saved(orgOf(request), (desk) => saveQueues(desk, request.body));
    return { items: chosen(await queues(ground, orgOf(request)), request.body), position };
  });
  app.get('/api/v1/queues', get, async (request) =>
    listed(await queues(ground, orgOf(request)), request.query, orgOf(request)),
  );

  app.put('/api/v1/people', { ...put, schema: { body: z.array(Person).max(MOST) } }, async (request) => {
    const orgId = orgOf(request);
    const position = await saved(orgId, (desk) => savePeopleAs(desk, request.viewer, request.body));
    return {
      items: await presentPeople(
        ground,
        request.viewer,
        request.body.map((item) => item.id),
      ),
      position,
    };
  });
  app.get('/api/v1/people', { config: { may: seePeople }, schema: { querystring: Paging } }, async (request) => {
    const { limit, cursor } = request.query;
    const shown = peopleShown(request.viewer);
    const self = request.viewer.kind === 'account' ? request.viewer.personId : null;
    const page = { after: idOf(cursor), limit: limit + 1, teams: shown === 'all' ? null : shown, self };
    const ids = (await personPage(ground.db.of(orgOf(request)), orgOf(request), page)).map((row) => row.id);
    const items = await presentPeople(ground, request.viewer, ids.slice(0, limit));
    return {
      items,
      next: ids.length > limit ? cursorOf(items.at(-1)?.id ?? '') : null,
      position: await reflected(orgOf(request)),
    };
  });
  app.get(
    '/api/v1/people/:id',
    { config: { may: seePerson }, schema: { params: z.object({ id: Id }) } },
    async (request) => {
      const [person] = await presentPeople(ground, request.viewer, [request.params.id]);
      if (!person) throw missing(`There is no person ${request.params.id}.`);
      return { ...person, position: await reflected(orgOf(request)) };
    },
  );

  app.post(
    '/api/v1/people/:id/identities',
    { config: { may: managePeople }, schema: { params: z.object({ id: Id }), body: Identity } },
    async (request) => {
      const { id } = request.params;
      const position = await saved(orgOf(request), (desk) => addIdentity(desk, id, request.body));
      const [person] = await presentPeople(ground, request.viewer, [id]);
      return { ...person, position };
    },
  );

  app.get('/api/v1/unmapped', { config: { may: seeUnmapped }, schema: { querystring: Paging } }, async (request) => {
    const page = { after: Number(idOf(request.query.cursor) || 0), limit: request.query.limit };
    if (!Number.isSafeInteger(page.after)) throw BROKEN_CURSOR();
    const { items, last } = await unmappedPage(ground.db.of(orgOf(request)), orgOf(request), page);
    return { items, next: last === null ? null : cursorOf(String(last)), position: await reflected(orgOf(request)) };
  });
}

const sites = async ({ db }: Ground, orgId: number) =>
  (await siteRows(db.of(orgId), orgId)).map(({ id, name, timeZone }) => ({ id, name, timeZone }));
const teams = async ({ db }: Ground, orgId: number) =>
  (await teamRows(db.of(orgId), orgId)).map(({ position: _, ...team }) => team);
const queues = async ({ db }: Ground, orgId: number) =>
  (await queueRows(db.of(orgId), orgId)).map(({ position: _, ...queue }) => queue);

function chosen<Row extends { id: string }>(rows: Row[], items: { id: string }[]): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return items.flatMap(({ id }) => byId.get(id) ?? []);
}

/** A page of a short list in its own order; the cursor names the last row shown. */
function pageOf<Row extends { id: string }>(rows: Row[], { limit, cursor }: z.infer<typeof Paging>) {
  const last = idOf(cursor);
  const from = last === '' ? 0 : rows.findIndex((row) => row.id === last) + 1;
  if (last !== '' && from === 0) throw BROKEN_CURSOR();
  const items = rows.slice(from, from + limit);
  return { items, next: from + limit < rows.length ? cursorOf(items.at(-1)?.id ?? '') : null };
}

const cursorOf = (id: string): string => Buffer.from(id).toString('base64url');
const idOf = (cursor: string | undefined): string => {
  const id = Buffer.from(cursor ?? '', 'base64url').toString();
  if (id.includes('\u0000')) throw BROKEN_CURSOR();
  return id;
};
const BROKEN_CURSOR = () =>
  invalid('cursor_malformed', 'This cursor is not one of this list.', [{ path: '/cursor', message: 'is unknown' }]);
