import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Performance } from '#contract/performance.ts';
import type { Members } from '#contract/team.ts';
import { WindowName } from '#contract/windows.ts';
import { Id, Instant, Position, Text } from '#contract/words.ts';
import type { Tx } from '#server/foundation/db.ts';
import { gather } from '#server/foundation/gather.ts';
import { sourceRows } from '#server/ingest/store.ts';
import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '#server/people/door.ts';
import { type May, seeMembers, seePerson, seeQueue, seeSite, seeTeam } from '#server/people/may.ts';
import { type MembersQuestion, teamMembers } from './members.ts';
import { answer, answers, performanceOf, type Question, trendsOf } from './performance.ts';
import type { SubjectId, SubjectKind } from './subjects.ts';

/** What every figure takes. */
export const FigureQuery = z.object({
  window: WindowName.default('day'),
  at: Instant.optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  knownAt: Instant.optional(),
  after: Position.optional(),
});

const DOORS: { path: string; kind: SubjectKind; may: May }[] = [
  { path: 'people', kind: 'person', may: seePerson },
  { path: 'teams', kind: 'team', may: seeTeam },
  { path: 'queues', kind: 'queue', may: seeQueue },
  { path: 'sites', kind: 'site', may: seeSite },
];

const named = (kind: SubjectKind) => z.object({ id: kind === 'queue' ? Text(64) : Id });

const MembersQuery = z.object({
  window: WindowName.exclude(['custom']).default('day'),
  at: Instant.optional(),
  after: Position.optional(),
});

/** The performance of people, teams, queues and sites, the trends of a person, and the people of a team at a glance. */
export async function performanceRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  for (const { path, kind, may } of DOORS) {
    const schema = { params: named(kind), querystring: FigureQuery };
    app.get(`/api/v1/${path}/:id/performance`, { config: { may }, schema }, (request) =>
      performanceFor(ground, orgOf(request), questionOf(ground, request, { kind, id: request.params.id })),
    );
  }
  const schema = { params: named('person'), querystring: FigureQuery };
  app.get('/api/v1/people/:id/trends', { config: { may: seePerson }, schema }, async (request) => {
    const position = String(await ground.log.position(orgOf(request)));
    const question = questionOf(ground, request, { kind: 'person', id: request.params.id });
    return {
      items: trendsOf(await answer(ground.db.of(orgOf(request)), orgOf(request), question)),
      next: null,
      position,
    };
  });
  const members = { params: named('team'), querystring: MembersQuery };
  app.get('/api/v1/teams/:id/people', { config: { may: seeMembers }, schema: members }, (request) => {
    const { window, at } = request.query;
    const now = ground.clock.now();
    const question = { team: request.params.id, window, at: at === undefined ? now : Date.parse(at), now };
    return membersFor(ground, orgOf(request), question);
  });
}

/** The people of a team, and the position that they are as of. */
export function membersFor({ db }: Pick<Ground, 'db'>, orgId: number, question: MembersQuestion): Promise<Members> {
  return db.of(orgId).snapshot(async (tx) => {
    const position = String(await flowPosition(tx, orgId));
    return { ...(await teamMembers(tx, orgId, question)), next: null, position };
  });
}

/** The performance of the day that it is, as the live topics show it. */
export function performanceSnapshot(
  ground: Pick<Ground, 'db' | 'log' | 'clock'>,
  orgId: number,
  of: SubjectId,
): Promise<Performance> {
  const now = ground.clock.now();
  return performanceFor(ground, orgId, { of, window: 'day', at: now, now });
}

/** The same of people, for many who ask at the same time: read in one moment. */
export const personSnapshots = ({ db, clock }: Pick<Ground, 'db' | 'clock'>, orgId: number) =>
  gather<string, Performance>((people) =>
    db.of(orgId).snapshot(async (tx) => {
      const position = String(await flowPosition(tx, orgId));
      const now = clock.now();
      const found = await answers(tx, orgId, { people, window: 'day', at: now, now });
      const sources = await sourcesOf(tx, orgId);
      return (person) => performanceOf(found(person), { position, sources });
    }),
  );

/** The answer to a question; facts and position are of one moment, so the position covers what is counted, and no more. */
function performanceFor({ db }: Pick<Ground, 'db'>, orgId: number, question: Question): Promise<Performance> {
  return db.of(orgId).snapshot(async (tx) => {
    const position = String(await flowPosition(tx, orgId));
    const found = await answer(tx, orgId, question);
    return performanceOf(found, { position, sources: await sourcesOf(tx, orgId) });
  });
}

async function sourcesOf(tx: Tx, orgId: number): Promise<Performance['sources']> {
  const rows = await sourceRows(tx, orgId);
  return rows.map(({ name, lastEventAt }) => ({ name, lastEventAt: new Date(lastEventAt).toISOString() }));
}

/** A question out of the query of a figure. */
export function questionOf(
  { clock }: Pick<Ground, 'clock'>,
  request: FastifyRequest<{ Querystring: z.infer<typeof FigureQuery> }>,
  of: SubjectId,
): Question {
  const { window, at, from, to, knownAt } = request.query;
  const now = clock.now();
  return {
    of,
    window,
    at: at === undefined ? now : Date.parse(at),
    now,
    ...(from !== undefined && to !== undefined ? { custom: { from: Date.parse(from), to: Date.parse(to) } } : {}),
    ...(knownAt === undefined ? {} : { knownAt: Date.parse(knownAt) }),
  };
}
