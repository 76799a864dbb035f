import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Budget, GrantWish, RedemptionWish, RewardWish, SettleWish } from '#contract/rewards.ts';
import { Id, Position } from '#contract/words.ts';
import { forbidden, missing } from '#server/foundation/refusals.ts';
import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { admit, floorFor, orgOf } from '#server/people/door.ts';
import { ledBy } from '#server/people/led.ts';
import { defineThings, leadPerson, leadSome, seePerson, signedIn, type Viewer } from '#server/people/may.ts';
import { rosterOf } from '#server/people/roster.ts';
import * as commands from './commands.ts';
import { MONTHLY_BUDGET, monthOf } from './rules.ts';
import { grantedSince } from './store.ts';
import { grantsTo, redemptionsOf, shelf } from './views.ts';

const Asked = z.object({ person: Id.optional(), after: Position.optional() });

/** The shop: its catalogue, what leaders give, and what people take for their points. */
export async function rewardRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const listed = async <Item>(orgId: number, items: Item[]) => ({
    items,
    next: null,
    position: String(await flowPosition(ground.db.of(orgId), orgId)),
  });

  app.get('/api/v1/rewards', { config: { may: signedIn } }, async (request) => {
    const all = (await defineThings(request.viewer, {}, floorFor(ground, request.viewer))) === true;
    return listed(orgOf(request), await shelf(ground.db.of(orgOf(request)), orgOf(request), all));
  });
  const put = { config: { may: defineThings }, schema: { body: z.array(RewardWish).max(200) } };
  app.put('/api/v1/rewards', put, async (request) => ({
    items: request.body,
    position: String(await commands.saveRewards(ground, orgOf(request), request.body)),
  }));

  const read = { config: { may: signedIn }, schema: { querystring: Asked } };
  app.get('/api/v1/grants', read, async (request) => {
    const people = await peopleFor(ground, request.viewer, request.query.person);
    return listed(orgOf(request), await grantsTo(ground.db.of(orgOf(request)), orgOf(request), people));
  });
  app.get('/api/v1/grants/budget', { config: { may: leadSome } }, async (request): Promise<Budget> => {
    const { from, name } = monthOf(ground.clock.now());
    const spent = await grantedSince(ground.db.of(orgOf(request)), orgOf(request), {
      by: personOf(request.viewer),
      from,
    });
    return { month: name, most: MONTHLY_BUDGET, spent, left: Math.max(0, MONTHLY_BUDGET - spent) };
  });
  app.post('/api/v1/grants', { config: { may: leadSome }, schema: { body: GrantWish } }, async (request, reply) => {
    const { person } = request.body;
    await admit(ground, request.viewer, { may: leadPerson, asked: { id: person } });
    if (!(await rosterOf(ground.db.of(orgOf(request)), orgOf(request))).people.has(person))
      throw missing(`There is no person ${person}.`);
    const by = personOf(request.viewer);
    if (by === person) throw forbidden('Nobody rewards themselves.');
    const made = await commands.grantReward(ground, orgOf(request), { ...request.body, by });
    return reply.code(201).send({ id: made.id, position: String(made.position) });
  });

  app.get('/api/v1/redemptions', read, async (request) => {
    const people = await peopleFor(ground, request.viewer, request.query.person);
    return listed(orgOf(request), await redemptionsOf(ground.db.of(orgOf(request)), orgOf(request), people));
  });
  const redeem = { config: { may: signedIn }, schema: { body: RedemptionWish } };
  app.post('/api/v1/redemptions', redeem, async (request, reply) => {
    const wish = { ...request.body, person: personOf(request.viewer) };
    const made = await commands.redeemReward(ground, orgOf(request), wish);
    return reply.code(201).send({ id: made.id, position: String(made.position) });
  });
  const settle = { config: { may: signedIn }, schema: { params: z.object({ id: Id }), body: SettleWish } };
  app.post('/api/v1/redemptions/:id/settle', settle, async (request) => {
    const { viewer } = request;
    const leads = async (person: string) =>
      (await leadPerson(viewer, { id: person }, floorFor(ground, viewer))) === true && personOf(viewer) !== person;
    const wish = { id: request.params.id, outcome: request.body.outcome, by: personOf(viewer), leads };
    return { position: String(await commands.settle(ground, orgOf(request), wish)) };
  });
}

/** The person behind an account. @throws Refusal forbidden for keys, devices and accounts without one */
function personOf(viewer: Viewer): string {
  if (viewer.kind !== 'account' || viewer.personId === null) throw forbidden('This is for people only.');
  return viewer.personId;
}

/** Of whom somebody may see grants and redemptions: whom they asked for, or else themselves and whoever they lead. */
async function peopleFor(ground: Ground, viewer: Viewer, asked: string | undefined): Promise<string[]> {
  if (asked !== undefined) {
    await admit(ground, viewer, { may: seePerson, asked: { id: asked } });
    return [asked];
  }
  const own = viewer.kind === 'account' && viewer.personId !== null ? [viewer.personId] : [];
  return [...new Set([...own, ...(await ledBy(ground.db.of(orgOf({ viewer })), viewer))])];
}
