import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CoachingQuery, FlagAnswer, FlagClosing, FlagQuery, Launch, LongId, Settlement } from '#contract/coaching.ts';
import { forbidden, missing } from '#server/foundation/refusals.ts';
import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { admit, floorFor, orgOf } from '#server/people/door.ts';
import { ledBy } from '#server/people/led.ts';
import { leadPerson, leadSome, type May, ownOrLed, ownPerson, seeMembers, signedIn } from '#server/people/may.ts';
import * as commands from './commands.ts';
import { effectOf } from './effect.ts';
import { stepsFor } from './playbooks.ts';
import { flagRow, planRow } from './store.ts';
import { coachingOf, flagsOf, presentFlags, presentPlans, shownBy } from './views.ts';

const params = z.object({ id: LongId });

/** Flags, follow-ups and the steps that may help. */
export async function coachingRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const { db, clock } = ground;
  const flagFor = async (request: FastifyRequest, may: May) => {
    const { id } = request.params as { id: string };
    const row = await flagRow(db.of(orgOf(request)), orgOf(request), id);
    if (!row) throw missing(`There is no flag ${id}.`);
    await admit(ground, request.viewer, { may, asked: { id: row.person } });
    return row;
  };
  const planFor = async (request: FastifyRequest, may: May) => {
    const { id } = request.params as { id: string };
    const row = await planRow(db.of(orgOf(request)), orgOf(request), id);
    if (!row) throw missing(`There is no follow-up ${id}.`);
    await admit(ground, request.viewer, { may, asked: { id: row.person } });
    return row;
  };

  app.get('/api/v1/flags', { config: { may: leadSome }, schema: { querystring: FlagQuery } }, async (request) => {
    const { team, state } = request.query;
    if (team && !(await seeMembers(request.viewer, { id: team }, floorFor(ground, request.viewer)))) throw forbidden();
    const people = await ledBy(ground.db.of(orgOf(request)), request.viewer, team);
    return paged(await flagsOf(ground, orgOf(request), { people, state }), request.query);
  });
  app.get('/api/v1/flags/:id', { config: { may: signedIn }, schema: { params } }, async (request) => {
    const row = await flagFor(request, ownOrLed);
    const [flag] = await presentFlags(await shownBy(db.of(orgOf(request)), orgOf(request), clock.now()), [row]);
    return { ...flag, position: String(await flowPosition(db.of(orgOf(request)), orgOf(request))) };
  });
  const closing = { config: { may: leadSome }, schema: { params, body: FlagClosing } };
  app.post('/api/v1/flags/:id/close', closing, async (request) => {
    const { id } = await flagFor(request, leadPerson);
    const wish = { id, by: personOf(request), reason: request.body.reason };
    return { id, position: await commands.closeFlag(ground, orgOf(request), wish) };
  });
  const answering = { config: { may: signedIn }, schema: { params, body: FlagAnswer } };
  app.post('/api/v1/flags/:id/answer', answering, async (request) => {
    const { id } = await flagFor(request, ownPerson);
    return { id, position: await commands.answerFlag(ground, orgOf(request), { id, answer: request.body.answer }) };
  });

  const book = { config: { may: leadSome }, schema: { querystring: z.object({ kpi: z.string().min(1).max(64) }) } };
  app.get('/api/v1/playbooks', book, async (request) => ({
    items: stepsFor(request.query.kpi),
    next: null,
    position: String(await ground.log.position(orgOf(request))),
  }));

  app.get(
    '/api/v1/coaching',
    { config: { may: signedIn }, schema: { querystring: CoachingQuery } },
    async (request) => {
      const { person, state = null } = request.query;
      if (person === undefined) await admit(ground, request.viewer, { may: leadSome, asked: {} });
      else await admit(ground, request.viewer, { may: ownOrLed, asked: { id: person } });
      const people = person === undefined ? await ledBy(ground.db.of(orgOf(request)), request.viewer) : [person];
      const wanted = { people, state, own: person !== undefined };
      return paged(await coachingOf(ground, orgOf(request), wanted), request.query);
    },
  );
  app.get('/api/v1/coaching/:id', { config: { may: signedIn }, schema: { params } }, async (request) => {
    const orgId = orgOf(request);
    const plan = await planFor(request, ownOrLed);
    const [shown] = await presentPlans(await shownBy(db.of(orgId), orgId, clock.now()), [plan]);
    const effect = await effectOf(db.of(orgId), orgId, { plan, now: clock.now() });
    return { ...shown, effect, position: String(await flowPosition(db.of(orgId), orgId)) };
  });
  app.post('/api/v1/coaching', { config: { may: leadSome }, schema: { body: Launch } }, async (request, reply) => {
    await admit(ground, request.viewer, { may: leadPerson, asked: { id: request.body.person } });
    const made = await commands.launchPlan(ground, orgOf(request), { ...request.body, by: personOf(request) });
    return reply.code(201).send(made);
  });
  app.post('/api/v1/coaching/:id/acknowledge', { config: { may: signedIn }, schema: { params } }, async (request) => {
    const { id } = await planFor(request, ownPerson);
    return { id, position: await commands.acknowledgePlan(ground, orgOf(request), id) };
  });
  const settling = { config: { may: leadSome }, schema: { params, body: Settlement } };
  app.post('/api/v1/coaching/:id/settle', settling, async (request) => {
    const { id } = await planFor(request, leadPerson);
    const wish = { id, by: personOf(request), outcome: request.body.outcome };
    return { id, position: await commands.settlePlan(ground, orgOf(request), wish) };
  });
}

const personOf = ({ viewer }: FastifyRequest): string =>
  viewer.kind === 'account' ? (viewer.personId ?? viewer.accountId) : '';

/** A page of a list; the cursor counts rows. */
function paged<Body extends { items: unknown[] }>(
  body: Body,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
) {
  const from = Number(cursor ?? 0);
  const next = from + limit < body.items.length ? String(from + limit) : null;
  return { ...body, items: body.items.slice(from, from + limit), next };
}
