import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Id } from '#contract/words.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { Ground } from '#server/log/ground.ts';
import { keyNames } from '../accounts/store.ts';
import { orgOf } from '../door.ts';
import { seeLooks } from '../may.ts';
import { cursorOf, Paging, placeOf } from '../paging.ts';
import { rosterOf } from '../roster.ts';
import { FOREVER } from '../rules.ts';
import { EVERYBODY } from './rules.ts';
import { looksAt, type Part } from './store.ts';

/** Who looked at a person's data: for that person, and for administrators. */
export async function lookRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/api/v1/people/:id/looks',
    { config: { may: seeLooks }, schema: { params: z.object({ id: Id }), querystring: Paging } },
    async (request) => {
      await app.looks.flush();
      const orgId = orgOf(request);
      const { limit, cursor } = request.query;
      const [hour, viewer, noun] = placeOf(cursor, 'number', 'string', 'string') ?? [Number.MAX_SAFE_INTEGER, '', ''];
      const person = request.params.id;
      const of = { orgId, person, parts: await partsOf(ground.db.of(orgId), orgId, person) };
      const rows = await looksAt(ground.db.of(orgId), of, { after: { hour, viewer, noun }, limit: limit + 1 });
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const nameOf = await namesFor(ground.db.of(orgId), orgId, shown);
      return {
        items: shown.map((row) => ({
          viewer: { kind: kindOf(row.viewer), id: idOf(row.viewer), name: nameOf(row.viewer) },
          noun: row.noun,
          hour: new Date(row.hour).toISOString(),
          at: new Date(row.at).toISOString(),
          times: row.times,
        })),
        next: rows.length > limit && last ? cursorOf(last.hour, last.viewer, last.noun) : null,
        position: String(await ground.log.position(orgId)),
      };
    },
  );
}

/** What a look at somebody's data may be at: themselves, the teams that they were in while they were, everybody. */
async function partsOf(tx: Tx, orgId: number, person: string): Promise<Part[]> {
  const teams = (await rosterOf(tx, orgId)).people.get(person)?.teams ?? [];
  const ever = { from: 0, to: FOREVER };
  return [
    { subject: person, ...ever },
    { subject: EVERYBODY, ...ever },
    ...teams.flatMap(({ team, from }, at) =>
      team === null ? [] : [{ subject: `team:${team}`, from, to: teams[at + 1]?.from ?? FOREVER }],
    ),
  ];
}

const kindOf = (viewer: string) => (viewer.startsWith('key:') ? 'key' : 'person');
const idOf = (viewer: string) => viewer.slice(viewer.indexOf(':') + 1);

async function namesFor(tx: Tx, orgId: number, rows: { viewer: string }[]): Promise<(viewer: string) => string> {
  const keys = rows.filter(({ viewer }) => kindOf(viewer) === 'key').map(({ viewer }) => idOf(viewer));
  const names = new Map((await keyNames(tx, orgId, keys)).map(({ id, name }) => [`key:${id}`, name]));
  const { people } = await rosterOf(tx, orgId);
  return (viewer) => names.get(viewer) ?? people.get(idOf(viewer))?.name ?? idOf(viewer);
}
