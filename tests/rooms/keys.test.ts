import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { furnish } from '../../server/foundation/http.ts';
import { hashOf } from '../../server/people/accounts/rules.ts';
import { viewerByToken } from '../../server/people/accounts/viewers.ts';
import { type FloorWorld, type Hand, newFloor } from '../floor.ts';

let floor: FloorWorld;
let admin: Hand;
beforeAll(async () => {
  floor = await newFloor();
  await (await floor.key())('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main', supervisor: 'rita' }]);
  admin = await floor.signedIn('boss', ['admin']);
});
afterAll(() => floor.close());

describe('API keys', () => {
  it('are shown once and stored hashed', async () => {
    const { status, body } = await admin('POST', '/api/v1/keys', {
      name: 'dialler',
      scopes: ['people:write', 'people:write'],
    });
    expect(status).toBe(201);
    expect(body.key).toMatch(new RegExp(`^fl_${body.id}_[\\w-]{43}$`));
    expect(body.scopes).toEqual(['people:write']);
    const [row] = await floor.every.rows<{ row: string; hash: string }>(
      'select k::text as row, hash from api_keys k where id = $1',
      [body.id],
    );
    expect(row?.row).not.toContain(body.key.split('_').slice(2).join('_'));
    expect(row?.hash).toBe(hashOf(body.key));
    expect(JSON.stringify((await admin('GET', '/api/v1/keys')).body)).not.toContain(body.key.slice(-20));
  });

  it('open what their scopes say and nothing else, until they are revoked', async () => {
    const { body } = await admin('POST', '/api/v1/keys', { name: 'reader', scopes: ['read'] });
    const key = floor.as({ authorization: `Bearer ${body.key}` });
    expect((await key('GET', '/api/v1/people')).status).toBe(200);
    expect((await key('PUT', '/api/v1/people', [])).status).toBe(403);
    expect((await key('GET', '/api/v1/keys')).status).toBe(403);
    expect((await key('GET', '/api/v1/session')).status).toBe(403);
    expect((await admin('DELETE', `/api/v1/keys/${body.id}`)).status).toBe(204);
    expect((await key('GET', '/api/v1/people')).status).toBe(401);
    expect((await admin('DELETE', `/api/v1/keys/${body.id}`)).status).toBe(404);
    const listed = (await admin('GET', '/api/v1/keys')).body.items.find((item: { id: string }) => item.id === body.id);
    expect(listed.revokedAt).not.toBeNull();
  });

  it('are not guessed: a wrong secret is nobody', async () => {
    for (const token of [`fl_${'0'.repeat(12)}_${'A'.repeat(43)}`, 'x'.repeat(40)]) {
      expect((await floor.as({ authorization: `Bearer ${token}` })('GET', '/api/v1/people')).status).toBe(401);
    }
  });

  it('are an administrator’s alone, and of known scopes', async () => {
    const manager = await floor.signedIn('max', ['manager']);
    expect((await manager('POST', '/api/v1/keys', { name: 'x', scopes: ['read'] })).status).toBe(403);
    expect((await admin('POST', '/api/v1/keys', { name: 'x', scopes: ['everything'] })).status).toBe(400);
    expect((await admin('POST', '/api/v1/keys', { name: 'x', scopes: [] })).status).toBe(400);
  });

  it('of one organisation neither see nor revoke those of another', async () => {
    const other = await newFloor();
    const theirs = await other.signedIn('boss', ['admin']);
    const { body } = await theirs('POST', '/api/v1/keys', { name: 'theirs', scopes: ['read'] });
    expect((await admin('DELETE', `/api/v1/keys/${body.id}`)).status).toBe(404);
    await other.close();
  });
});

describe('the door', () => {
  it('has no way around: encoded slashes, other methods, a second id, paths that are none', async () => {
    const amy = await floor.signedIn('amy', ['agent'], 'red');
    await floor.signedIn('bob', ['agent'], 'red');
    expect((await amy('GET', '/api/v1/people/bob')).status).toBe(403);
    expect((await amy('GET', '/api/v1/people/bob?id=amy')).status).toBe(403);
    expect((await amy('GET', '/api/v1/people/amy%2F..%2Fbob')).status).toBe(403);
    expect((await amy('GET', '/api/v1/people/%61my')).status).toBe(200);
    expect((await amy('GET', '/api/v1/nowhere')).status).toBe(404);
    expect((await floor.as({})('GET', '/api/v1/nowhere')).body.code).toBe('missing');
    expect((await floor.app.inject({ method: 'HEAD', url: '/api/v1/people/bob' })).statusCode).toBe(401);
  });

  it('is not built for a route that does not say who may', () => {
    const app = Fastify();
    furnish(app);
    expect(() => app.get('/api/v1/open', () => 'x')).toThrow('does not say who may');
  });
});

describe('devices', () => {
  it('read nothing of this room with their token, which is stored hashed', async () => {
    const { status, body } = await admin('POST', '/api/v1/devices', { name: 'Lobby', scope: 'site:main' });
    expect(status).toBe(201);
    expect(await viewerByToken(floor, body.token)).toEqual({
      kind: 'device',
      orgId: floor.orgId,
      deviceId: body.id,
      scope: 'site:main',
    });
    const tv = floor.as({ authorization: `Bearer ${body.token}` });
    const knocks: [Parameters<Hand>[0], string, unknown?][] = [
      ['GET', '/api/v1/people'],
      ['GET', '/api/v1/people/boss'],
      ['GET', '/api/v1/sites'],
      ['GET', '/api/v1/teams'],
      ['GET', '/api/v1/queues'],
      ['GET', '/api/v1/unmapped'],
      ['GET', '/api/v1/session'],
      ['DELETE', '/api/v1/session'],
      ['GET', '/api/v1/keys'],
      ['GET', '/api/v1/devices'],
      ['POST', '/api/v1/keys', { name: 'x', scopes: ['read'] }],
      ['POST', '/api/v1/devices', { name: 'x' }],
      ['DELETE', `/api/v1/devices/${body.id}`],
      ['PUT', '/api/v1/people', []],
      ['PUT', '/api/v1/sites', []],
      ['PUT', '/api/v1/people/boss/account', {}],
    ];
    for (const [method, url, payload] of knocks)
      expect((await tv(method, url, payload)).status, `${method} ${url}`).toBe(403);
    const [row] = await floor.every.rows<{ row: string }>('select d::text as row from devices d where id = $1', [
      body.id,
    ]);
    expect(row?.row).not.toContain(body.token.slice(-30));
    expect((await admin('DELETE', `/api/v1/devices/${body.id}`)).status).toBe(204);
    expect((await viewerByToken(floor, body.token)).kind).toBe('anonymous');
  });

  it('show no more than whoever hung them up may see', async () => {
    const rita = await floor.signedIn('rita', ['supervisor'], 'red');
    expect((await rita('POST', '/api/v1/devices', { name: 'Ours', scope: 'team:red' })).status).toBe(201);
    expect((await rita('POST', '/api/v1/devices', { name: 'Theirs', scope: 'team:blue' })).status).toBe(403);
    await admin('PUT', '/api/v1/teams', [{ id: 'blue', name: 'Blue', site: 'main' }]);
    const { body } = await admin('POST', '/api/v1/devices', { name: 'Blue wall', scope: 'team:blue' });
    expect((await rita('DELETE', `/api/v1/devices/${body.id}`)).status).toBe(403);
    expect((await rita('GET', '/api/v1/devices')).body.items.length).toBeGreaterThanOrEqual(2);
    expect((await admin('POST', '/api/v1/devices', { name: 'x', scope: 'everything' })).status).toBe(400);
  });
});
