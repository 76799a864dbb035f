import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newHouse, type Open } from '../open-house.ts';

let house: Open;
beforeAll(async () => {
  house = await newHouse();
  await house.call('PUT', '/api/v1/teams', [{ id: 'red', name: 'Red', site: 'main' }]);
  await house.call('PUT', '/api/v1/people', [{ id: 'ana', name: 'Ana', roles: ['agent'], team: 'red' }]);
});
afterAll(() => house?.shut());

describe('a hostile request is refused as a problem', () => {
  it.each(['/%', '/api/v1/people/%zz/performance', '/api/v1/people/%ED%A0%80/performance'])(
    'with a path that cannot be decoded: %s',
    async (path) => {
      const response = await fetch(house.url + path);
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.json()).toMatchObject({ code: 'unreadable', status: 400 });
    },
  );

  it.each([
    ['PUT', '/api/v1/sites'],
    ['PUT', '/api/v1/boards/x'],
    ['POST', '/api/v1/session'],
    ['POST', '/api/v1/events'],
  ] as const)('with plain text: %s %s', async (method, path) => {
    const { status, body } = await house.call(method, path, '[]', { 'content-type': 'text/plain' });
    expect({ status, code: body.code }).toEqual({ status: 415, code: 'media_type' });
  });

  it.each(['-1', '1e3', '', '1.0', '9223372036854775808', '9999999999999999999'])(
    'with a position that is none: %j',
    async (after) => {
      const { status, body } = await house.call('GET', `/api/v1/people/ana/performance?after=${after}`);
      expect({ status, path: body.errors?.[0].path }).toEqual({ status: 400, path: '/after' });
    },
  );

  it('with a trend over ten thousand years, which would keep the process busy for a minute', async () => {
    const trend = (to: string) =>
      house.call('GET', `/api/v1/people/ana/trends?window=custom&from=2026-01-01T00:00:00Z&to=${to}`);
    expect((await trend('9999-12-31T00:00:00Z')).body.code).toBe('window_edges');
    expect((await trend('2027-01-01T00:00:00Z')).status).toBe(200);
  });
});

describe('a board', () => {
  it('names itself by its id, and tells about itself beside', async () => {
    const { body } = await house.call('GET', '/api/v1/boards/aht');
    expect(body).toMatchObject({ board: 'aht', about: { measure: 'aht', unit: 'ms', scope: 'org' }, entries: [] });
  });
});
