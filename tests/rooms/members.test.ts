import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MemberRow } from '../../src/lib/contract/team.ts';
import { call, newScoredFloor, type ScoredFloor } from '../scored-floor.ts';

let floor: ScoredFloor;

beforeAll(async () => {
  floor = await newScoredFloor({ now: Date.parse('2026-03-11T10:00:00Z') });
  await floor.api('PUT', '/api/v1/targets', [{ kpi: 'aht', floor: 400_000, target: 300_000, stretch: 200_000 }]);
  await floor.api('PUT', '/api/v1/scorecards/agent', { kpis: [{ kpi: 'aht', weight: 1 }], gates: [] });
  await floor.told(...Array.from({ length: 8 }, (_, n) => call(`m-${n}`, '1001', { talkMs: 250_000 + n * 1_000 })));
});
afterAll(() => floor.close());

it('shows everyone of a team with the same numbers as on their own page, and who is absent as absent', async () => {
  const { body } = await floor.api('GET', '/api/v1/teams/red/people');
  expect(body.items.map((row: MemberRow) => row.subject).sort()).toEqual(['person:ana', 'person:ben']);
  const ana = body.items.find((row: MemberRow) => row.subject === 'person:ana');
  const own = (await floor.api('GET', '/api/v1/people/ana/performance')).body;
  const aht = own.kpis.find((kpi: { id: string }) => kpi.id === 'aht');
  expect(ana.score).toBe(own.score);
  expect(ana.kpis[0]).toMatchObject({ id: 'aht', value: aht.value, sample: 8, status: aht.status });
  const ben = body.items.find((row: MemberRow) => row.subject === 'person:ben');
  expect(ben).toMatchObject({ score: null, lastAt: null });
  expect(ben.kpis[0].value).toBeNull();
});

it('is for whoever leads the team, and for nobody of another', async () => {
  const rita = await floor.signedIn('rita', ['supervisor'], 'red');
  const ana = await floor.signedIn('ana', ['agent'], 'red');
  expect((await rita('GET', '/api/v1/teams/red/people')).status).toBe(200);
  expect((await rita('GET', '/api/v1/teams/blue/people')).status).toBe(403);
  expect((await ana('GET', '/api/v1/teams/red/people')).status).toBe(403);
  expect((await floor.api('GET', '/api/v1/teams/nowhere/people')).status).toBe(404);
  expect((await floor.api('GET', '/api/v1/teams/red/people?window=custom')).status).toBe(400);
});
