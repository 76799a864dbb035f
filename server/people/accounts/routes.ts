import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Session, SignIn } from '#contract/people.ts';
import { Id, Scope, Text } from '#contract/words.ts';
import { anonymous } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { orgOf } from '../door.ts';
import { manageAccounts, manageKeys, signedIn, type Viewer } from '../may.ts';
import { rosterOf, siteOf } from '../roster.ts';
import * as commands from './commands.ts';
import { cookieOf } from './rules.ts';
import { accountOfPerson, keyRows } from './store.ts';
import { isSecure } from './viewers.ts';
import { dated, whole } from './views.ts';

const Password = z.string().min(12, 'must have at least 12 characters').max(1000);
const SetUp = z.object({
  token: z.string().min(1).max(200),
  email: z.email().max(254),
  password: Password,
  name: Text(200),
});
const KeyWish = z.object({ name: Text(100), scopes: z.array(Scope).min(1).max(4) });
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
    const token = await commands.signIn(ground, request.body);
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
    const token = await commands.setUpWith(ground, request.body);
    return reply.code(201).header('set-cookie', cookieOf(token, secure)).send({ signedIn: true });
  });
  app.put(
    '/api/v1/people/:id/account',
    { config: { may: manageAccounts }, schema: { params: OfId, body: AccountWish } },
    async (request) => commands.saveAccount(ground, { orgId: orgOf(request), person: request.params.id }, request.body),
  );

  app.get('/api/v1/keys', { config: { may: manageKeys } }, async (request) =>
    whole(ground, orgOf(request), (await keyRows(ground.db, orgOf(request))).map(dated)),
  );
  app.post('/api/v1/keys', { config: { may: manageKeys }, schema: { body: KeyWish } }, async (request, reply) => {
    const { createdAt, ...made } = await commands.createKey(ground, orgOf(request), request.body);
    return reply.code(201).send({ ...made, createdAt: new Date(createdAt).toISOString() });
  });
  app.delete('/api/v1/keys/:id', { config: { may: manageKeys }, schema: { params: OfId } }, async (request, reply) => {
    await commands.revokeKey(ground, orgOf(request), request.params.id);
    return reply.code(204).send();
  });
}

async function sessionOf({ db, config }: Ground, viewer: Viewer): Promise<Session> {
  if (viewer.kind !== 'account') throw anonymous();
  const roster = await rosterOf(db, viewer.orgId);
  const { name, timeZone, currency } = roster.organisation;
  const member = viewer.personId === null ? undefined : roster.people.get(viewer.personId);
  const account = viewer.personId === null ? null : await accountOfPerson(db, viewer.orgId, viewer.personId);
  const site = siteOf(roster, member?.team ?? null);
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
    demo: config.DEMO === 'on',
  };
}
