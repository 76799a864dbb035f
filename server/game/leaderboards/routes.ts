import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Board } from '#contract/definitions.ts';
import { LIMITS } from '#contract/limits.ts';
import { WindowName } from '#contract/windows.ts';
import { Id, Instant, Position } from '#contract/words.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import { forbidden, invalid } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '#server/people/door.ts';
import { defineThings, seeBoards, seesFullBoards, seeThings, type Viewer } from '#server/people/may.ts';
import { rosterOf } from '#server/people/roster.ts';
import { defineBoards, keptBoards, kpisOfPeople, SCORE_BOARD } from './boards.ts';
import { variantOf } from './live.ts';
import { boardRows } from './store.ts';
import { boardView } from './view.ts';

const Asked = z.object({
  window: WindowName.optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  at: z.union([z.iso.datetime({ offset: true }), z.iso.date()]).optional(),
  scope: z
    .string()
    .regex(/^(org|(site|team):[A-Za-z0-9._-]{1,64})$/)
    .default('org'),
  knownAt: Instant.optional(),
  mode: z.enum(['benchmark', 'top-n', 'full', 'team']).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMost).default(LIMITS.pageDefault),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  around: z
    .string()
    .regex(/^person:[A-Za-z0-9._-]{1,64}$/)
    .optional(),
  after: Position.optional(),
});
const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMost).default(LIMITS.pageMost),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  after: Position.optional(),
});
/** What is absent stays as it is, so a whole board is only known beside the one that is there. */
const Given = z.looseObject({ id: Id });
const Code = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

/** Boards: their definitions, and what they show to whom. */
export async function boardRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get('/api/v1/boards', { config: { may: seeThings }, schema: { querystring: Paging } }, async (request) => {
    const orgId = orgOf(request);
    const now = ground.clock.now();
    const definitions = await definitionsFor(ground.db.of(orgId), orgId, { name: 'day', from: now, to: now });
    const defined = await boardRows(ground.db.of(orgId), orgId);
    const builtIn = ['score', ...kpisOfPeople(definitions)]
      .filter((id) => !defined.has(id))
      .map((id) => ({ ...SCORE_BOARD, id, measure: id }));
    const items = [...defined.values(), ...builtIn].map((board) => ({
      ...board,
      name:
        definitions.kpis.get(board.measure)?.definition.name ?? (board.measure === 'score' ? 'Score' : board.measure),
    }));
    const from = Number(request.query.cursor ?? 0);
    const to = from + request.query.limit;
    return {
      items: items.slice(from, to),
      next: to < items.length ? String(to) : null,
      position: String(await ground.log.position(orgId)),
      kept: (await keptBoards(ground.db.of(orgId), orgId)).map((board) => board.id),
    };
  });

  app.put('/api/v1/boards', { config: { may: defineThings }, schema: { body: z.array(Given).max(500) } }, (request) =>
    save(ground, request.viewer, request.body),
  );

  app.put(
    '/api/v1/boards/:id',
    { config: { may: defineThings }, schema: { params: z.object({ id: Id }), body: z.looseObject({}) } },
    (request) => save(ground, request.viewer, [{ ...request.body, id: request.params.id }]),
  );

  app.get(
    '/api/v1/boards/:id',
    { config: { may: seeBoards }, schema: { params: z.object({ id: Code }), querystring: Asked } },
    async (request) => {
      const { viewer, query } = request;
      const orgId = orgOf(request);
      const me = query.around ? aroundOf(viewer, query.around) : viewer.kind === 'account' ? viewer.personId : null;
      const mode = (await boardRows(ground.db.of(orgId), orgId)).get(request.params.id)?.mode ?? 'benchmark';
      return boardView(ground, {
        orgId,
        id: request.params.id,
        window: query.window,
        at: query.at ? momentOf(query.at) : undefined,
        custom: query.from && query.to ? { from: Date.parse(query.from), to: Date.parse(query.to) } : undefined,
        knownAt: query.knownAt ? Date.parse(query.knownAt) : undefined,
        after: query.after ? Number(query.after) : undefined,
        scope: query.scope,
        variant: variantOf(viewer, mode, query.mode),
        me,
        from: Number(query.cursor ?? 0),
        limit: query.limit,
      });
    },
  );
}

async function save(ground: Ground, viewer: Viewer, given: z.infer<typeof Given>[]) {
  const orgId = orgOf({ viewer });
  const now = ground.clock.now();
  const boards = whole(given, await boardRows(ground.db.of(orgId), orgId));
  const definitions = await definitionsFor(ground.db.of(orgId), orgId, { name: 'day', from: now, to: now });
  const position = await defineBoards(
    ground,
    { orgId, roster: await rosterOf(ground.db.of(orgId), orgId), definitions },
    boards,
  );
  return { items: boards, position: String(position) };
}

/** Boards as they will be: what is given over what is there, over the defaults. @throws Refusal invalid by path */
function whole(given: z.infer<typeof Given>[], known: ReadonlyMap<string, Board>): Board[] {
  const read = given.map((board) => Board.safeParse({ ...known.get(board.id), ...board }));
  const errors = read.flatMap(({ error }, index) =>
    (error?.issues ?? []).map(({ path, message }) => ({ path: `/${[index, ...path].join('/')}`, message })),
  );
  if (errors.length > 0) throw invalid('board_invalid', 'Nothing was saved: see the errors.', errors);
  return read.flatMap(({ data }) => data ?? []);
}

function aroundOf(viewer: Viewer, subject: string): string {
  const person = subject.slice('person:'.length);
  if (seesFullBoards(viewer) || (viewer.kind === 'account' && viewer.personId === person)) return person;
  throw forbidden('Only your own place is yours to ask for.');
}

function momentOf(text: string): number {
  const at = Date.parse(text.length === 10 ? `${text}T12:00:00Z` : text);
  if (Number.isNaN(at))
    throw invalid('at_malformed', '`at` is a date or an RFC 3339 time.', [
      { path: '/at', message: 'must be a date or a time' },
    ]);
  return at;
}
