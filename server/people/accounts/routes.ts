import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Session, SignIn } from '#contract/people.ts';
import { Id, SCOPES, Scope, Text } from '#contract/words.ts';
import { anonymous } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { actorOf } from '../audit/commands.ts';
import { actorNames } from '../audit/views.ts';
import { orgOf } from '../door.ts';
import { manageAccounts, manageKeys, peopleShown, signedIn, type Viewer } from '../may.ts';
import { cursorOf, Paging, placeOf } from '../paging.ts';
import { rosterOf, siteOf } from '../roster.ts';
import * as commands from './commands.ts';
import { PASSWORD_LEAST } from './password-rules.ts';
import { browserOf, cookieOf, credentialsOf, hashOf } from './rules.ts';
import { accountOfPerson, keyPage } from './store.ts';
import { fromAddress } from './tries.ts';
import { isSecure } from './viewers.ts';
import { keyShown } from './views.ts';

const Password = z.string().min(PASSWORD_LEAST, `must have at least ${PASSWORD_LEAST} characters`).max(1000);
const SetUp = z.object({
  token: z.string().min(1).max(200),
  email: z.email().max(254),
  password: Password,
  name: Text(200),
});
const KeyWish = z.object({ name: Text(100), scopes: z.array(Scope).min(1).max(SCOPES.length) });
const AccountWish = z.object({
  email: z.email().max(254).optional(),
  password: Password.optional(),
  disabled: z.boolean().optional(),
});
const OfId = z.object({ id: Id });

/** Signing in and out, the first administrator, accounts and API keys. */
export async function accountRoutes(plain: FastifyInstance, ground: Ground): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const secure = isSecure(ground.config);

  app.post('/api/v1/session', { config: { may: 'anyone' }, schema: { body: SignIn } }, async (request, reply) => {
    const browser = browserOf(request.headers['user-agent']);
    const token = await fromAddress(ground, request.ip, () => commands.signIn(ground, { ...request.body, browser }));
    // a session that somebody may have planted does not outlive the sign-in
    const before = credentialsOf({ cookie: request.headers.cookie }, secure);
    if (before) await commands.signOut(ground, hashOf(before.token));
    return reply.code(201).header('set-cookie', cookieOf(token, secure)).send({ signedIn: true });
  });
  app.delete('/api/v1/session', { config: { may: signedIn } }, async (request, reply) => {
    if (request.viewer.kind === 'account') await commands.signOut(ground, request.viewer.sessionId);
    return reply.code(204).header('set-cookie', cookieOf('', secure)).send();
  });
  app.get('/api/v1/session', { config: { may: signedIn } }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    return sessionOf(ground, request.viewer);
  });
  app.post('/api/v1/setup', { config: { may: 'anyone' }, schema: { body: SetUp } }, async (request, reply) => {
    const browser = browserOf(request.headers['user-agent']);
    const token = await fromAddress(ground, request.ip, () => commands.setUpWith(ground, { ...request.body, browser }));
    return reply.code(201).header('set-cookie', cookieOf(token, secure)).send({ signedIn: true });
  });
  app.put(
    '/api/v1/people/:id/account',
    { config: { may: manageAccounts }, schema: { params: OfId, body: AccountWish } },
    async (request) => {
      const of = { orgId: orgOf(request), person: request.params.id, by: actorOf(request.viewer) };
      return commands.saveAccount(ground, of, request.body);
    },
  );

  app.get('/api/v1/keys', { config: { may: manageKeys }, schema: { querystring: Paging } }, async (request) => {
    const { limit, cursor } = request.query;
    const [at, id] = placeOf(cursor, 'number', 'string') ?? [-1, ''];
    const rows = await keyPage(ground.db.of(orgOf(request)), orgOf(request), { at, id, most: limit + 1 });
    const last = rows[limit - 1];
    const nameOf = await actorNames(ground.db.of(orgOf(request)), orgOf(request));
    return {
      items: rows.slice(0, limit).map((row) => keyShown(row, nameOf)),
      next: rows.length > limit && last ? cursorOf(last.createdAt, last.id) : null,
      position: String(await ground.log.position(orgOf(request))),
    };
  });
  app.post('/api/v1/keys', { config: { may: manageKeys }, schema: { body: KeyWish } }, async (request, reply) => {
    const { createdAt, ...made } = await commands.createKey(ground, orgOf(request), {
      ...request.body,
      by: actorOf(request.viewer),
    });
    return reply.code(201).send({ ...made, createdAt: new Date(createdAt).toISOString() });
  });
  app.delete('/api/v1/keys/:id', { config: { may: manageKeys }, schema: { params: OfId } }, async (request, reply) => {
    await commands.revokeKey(ground, orgOf(request), { id: request.params.id, by: actorOf(request.viewer) });
    return reply.code(204).send();
  });
}

async function sessionOf({ db, config }: Ground, viewer: Viewer): Promise<Session> {
  if (viewer.kind !== 'account') throw anonymous();
  const roster = await rosterOf(db.of(viewer.orgId), viewer.orgId);
  const { name, timeZone, currency } = roster.organisation;
  const member = viewer.personId === null ? undefined : roster.people.get(viewer.personId);
  const account =
    viewer.personId === null ? null : await accountOfPerson(db.of(viewer.orgId), viewer.orgId, viewer.personId);
  const site = siteOf(roster, member?.team ?? null);
  const shown = peopleShown(viewer);
  return {
    organisation: { name, timeZone, currency },
    account: account && { email: account.email },
    person: member
      ? {
          id: member.id,
          name: member.name,
          team: member.team,
          teamName: member.team === null ? null : (roster.teams.get(member.team)?.name ?? null),
          site: member.team === null ? null : (site?.id ?? null),
          timeZone: site?.timeZone ?? timeZone,
        }
      : null,
    roles: viewer.roles,
    sees: shown === 'all' ? shown : shown.map((id) => ({ id, name: roster.teams.get(id)?.name ?? id })),
    demo: config.DEMO === 'on',
  };
}
