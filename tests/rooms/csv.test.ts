import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, type Hand, newScoredFloor, type ScoredFloor } from '../scored-floor.ts';

let floor: ScoredFloor;
let manager: Hand;
beforeAll(async () => {
  floor = await newScoredFloor();
  manager = await floor.signedIn('max', ['manager']);
});
afterAll(() => floor.close());

const lines = (body: string): string[] => body.replace('\uFEFF', '').trimEnd().split('\r\n');
const ids = (table: string[]): string[] => table.slice(1).map((line) => line.split(',')[0] ?? '');

describe('a list as CSV', () => {
  it('has all pages, whatever the page', async () => {
    const { items } = (await manager('GET', '/api/v1/people?limit=500')).body;
    expect(items.length).toBeGreaterThan(3);
    const { status, body } = await manager('GET', '/api/v1/people?limit=2&format=csv');
    expect(status).toBe(200);
    const table = lines(body);
    expect(table[0]).toMatch(/^id,name,roles/);
    expect(ids(table)).toEqual(items.map(({ id }: { id: string }) => id));
  });

  it('is the board, and the team with a column for each KPI', async () => {
    await floor.told(call('c1', '1001'));
    const board = await manager('GET', '/api/v1/boards/aht?at=2026-03-11T12:00:00Z&mode=full&format=csv');
    expect(lines(board.body)[0]).toMatch(/^rank,subject,name/);
    const { items } = (await manager('GET', '/api/v1/teams')).body;
    const team = await manager('GET', `/api/v1/teams/${items[0].id}/people?format=csv`);
    expect(lines(team.body)[0]).toContain('kpis.aht.value');
  });

  it('is guarded by the right of its route', async () => {
    const agent = await floor.signedIn('eve', ['agent'], 'red');
    expect((await agent('GET', '/api/v1/audit?format=csv')).status).toBe(403);
    expect((await agent('GET', '/api/v1/keys?format=csv')).body).toMatchObject({ status: 403 });
  });

  it('keeps a hostile name from being a formula', async () => {
    await floor.api('PUT', '/api/v1/people', [
      { id: 'zz', name: '=HYPERLINK("http://x")', roles: ['agent'], team: 'red' },
    ]);
    await floor.settle();
    const { body } = await manager('GET', '/api/v1/people?format=csv&limit=500');
    expect(body).toContain(`"'=HYPERLINK(""http://x"")"`);
  });

  it('refuses an unknown format, and what is no list', async () => {
    expect(await manager('GET', '/api/v1/people?format=xml')).toMatchObject({
      status: 400,
      body: { code: 'format_unknown' },
    });
    expect(await manager('GET', '/api/v1/organisation?format=csv')).toMatchObject({
      status: 400,
      body: { code: 'not_a_table' },
    });
    expect((await manager('GET', '/api/v1/people?format=json')).body.items.length).toBeGreaterThan(3);
  });
});
