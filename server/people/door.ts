import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Position } from '#contract/words.ts';
import { each, gather } from '#server/foundation/gather.ts';
import { anonymous, forbidden, invalid } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { isForeign } from './accounts/rules.ts';
import { viewerOf } from './accounts/viewers.ts';
import { type LookBook, openLookBook } from './looks/book.ts';
import { lookOf, looksOfList } from './looks/rules.ts';
import type { Asked, Floor, May, Viewer } from './may.ts';
import { floorOf, type Roster, rosterOf } from './roster.ts';

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer;
  }
  interface FastifyInstance {
    looks: LookBook;
  }
}

type Door = Pick<Ground, 'db' | 'clock' | 'config' | 'log'>;

/**
 * Gives every route's `config.may` its meaning: who asks is found out, and refused where the right does not say yes
 * (401 without a viewer, 403 with one). Also refuses changes from pages of other origins, and waits for `?after=`.
 */
export function guard(app: FastifyInstance, door: Door): void {
  app.decorateRequest('viewer', null as never);
  app.addHook('onRequest', async (request) => {
    const may = request.routeOptions.config.may;
    request.viewer = ANONYMOUS;
    if (request.url.startsWith('/api/')) refuseForeign(request, door);
    if (may === 'anyone' || request.is404) return;
    request.viewer = await viewerOf(door, request.headers);
    await admit(door, request.viewer, { may: may as May, asked: askedOf(request) });
  });
  app.addHook('preHandler', async (request) => {
    if (request.method === 'GET' && request.viewer.kind !== 'anonymous')
      await waitFor(door, request.viewer.orgId, askedOf(request).after);
  });
  keepBook(app, door);
}

/**
 * Lets in or refuses; for routes and for subscriptions.
 * @throws Refusal anonymous or forbidden
 */
export async function admit(door: Pick<Ground, 'db'>, viewer: Viewer, wish: { may: May; asked: Asked }): Promise<void> {
  const yes = typeof wish.may === 'function' && (await wish.may(viewer, wish.asked, floorFor(door, viewer)));
  if (yes === true) return;
  throw viewer.kind === 'anonymous' ? anonymous() : forbidden();
}

/** What the rights of a viewer may ask about the floor of their organisation. */
export function floorFor({ db }: Pick<Ground, 'db'>, viewer: Viewer): Floor {
  return floorOf(() => {
    if (viewer.kind === 'anonymous') throw anonymous();
    return freshRoster(db)(viewer.orgId);
  });
}

/** Rights of many that are asked at the same time are answered by one look at the roster. */
const freshRoster = each((db: Door['db']) =>
  gather<number, Roster>(async ([orgId = 0]) => {
    const roster = await rosterOf(db.of(orgId), orgId);
    return () => roster;
  }, 1),
);

/** The organisation of whoever was let in. @throws Refusal anonymous */
export function orgOf({ viewer }: { viewer: Viewer }): number {
  if (viewer.kind === 'anonymous') throw anonymous();
  return viewer.orgId;
}

const ANONYMOUS: Viewer = { kind: 'anonymous' };

/** Reads of a person's data by somebody else are written down after the answer, so that nobody waits for it. */
function keepBook(app: FastifyInstance, door: Door): void {
  const looks = openLookBook(door);
  app.decorate('looks', looks);
  app.addHook('onResponse', async (request, reply) => {
    if (request.method !== 'GET' || reply.statusCode !== 200 || request.viewer.kind === 'anonymous') return;
    const route = request.routeOptions.url ?? '';
    if (OF_NOBODY.test(route)) return;
    const read = { route, asked: askedOf(request) };
    const look = lookOf(request.viewer, read);
    for (const one of look ? [look] : looksOfList(request.viewer, read)) looks.note(one);
  });
  app.addHook('onClose', () => looks.close());
}

/** The book itself. */
const OF_NOBODY = /\/looks$/;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

function refuseForeign(request: FastifyRequest, { config }: Door): void {
  if (READS.has(request.method) || request.headers.authorization !== undefined) return;
  if (isForeign(request.headers, config.ORIGIN)) throw forbidden('This request comes from a page of another origin.');
}

const askedOf = (request: FastifyRequest): Asked => ({ ...(request.query as object), ...(request.params as object) });

async function waitFor(door: Door, orgId: number, after: unknown): Promise<void> {
  if (after === undefined) return;
  if (!Position.safeParse(after).success)
    throw invalid('position_malformed', 'A position is a decimal number.', [
      { path: '/after', message: 'must be a decimal position' },
    ]);
  await door.log.reflected(orgId, Number(after));
}
