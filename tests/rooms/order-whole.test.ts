import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readPosition } from '../../server/game/leaderboards/redis-store.ts';
import { type BoardWish, boardView } from '../../server/game/leaderboards/view.ts';
import type { BoardView } from '../../src/lib/contract/boards.ts';
import { cut, randomEvents, shuffled } from '../random-events.ts';
import { newScoredFloor, type ScoredFloor } from '../scored-floor.ts';
import { AGENTS, BOARDS, bucketClosed, keepBoards, QUEUES, twoSites } from '../two-sites.ts';

const RUNS = Number(process.env.ORDER_RUNS ?? 12);
const HOUR = 3_600_000;
const NOW = Date.parse('2026-03-29T21:30:00Z');
const FROM = NOW - 40 * HOUR;
const STAGE = { from: FROM, to: NOW, agents: AGENTS, queues: [...QUEUES, 'new'], count: 160 };

type Dealing = { order: number; cuts: number; most: number; again: number };
const dealing = fc.record({
  order: fc.nat(),
  cuts: fc.nat(),
  most: fc.integer({ min: 1, max: 200 }),
  again: fc.nat(20),
});

/** A world of its own that hears what happened in some order and some batches, a few things twice. */
async function told(seed: number, { order, cuts, most, again }: Dealing): Promise<ScoredFloor> {
  const floor = await newScoredFloor({ now: NOW });
  await twoSites(floor, (FROM + NOW) / 2);
  await keepBoards(floor);
  const closings = [FROM + 20 * HOUR, NOW - (NOW % 900_000)].map(bucketClosed);
  const events = shuffled(order, [...randomEvents(seed, STAGE), ...closings]);
  for (const batch of cut(cuts, [...events, ...events.slice(0, again)], most)) await floor.told(...batch);
  expect(await floor.every.rows('select reason from dead_letters where org_id = $1', [floor.orgId])).toEqual([]);
  return floor;
}

/** The rows of a table without the number of the organisation and places in the log, in one order. */
async function rowsOf({ every, orgId }: ScoredFloor, table: string): Promise<string[]> {
  const rows = await every.rows<{ line: string }>(
    `select (to_jsonb(t) - 'org_id')::text as line from ${table} t where org_id = $1 order by 1`,
    [orgId],
  );
  return rows.map(({ line }) => line);
}

const boards = BOARDS.flatMap(({ id, scopes }) => scopes.map((scope) => ({ id, scope })));

async function shown(floor: ScoredFloor, wish: Pick<BoardWish, 'id' | 'scope' | 'at'>): Promise<BoardView['entries']> {
  const view = await boardView(floor, { orgId: floor.orgId, variant: 'full', limit: 100, ...wish });
  expect(view.total).toBe(view.entries.length);
  return view.entries;
}

it('makes the same rows and the same boards of any order and batching', { timeout: 120_000 }, async () => {
  let entries = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), dealing, dealing, async (seed, here, there) => {
      const floors = await Promise.all([told(seed, here), told(seed, there)]);
      const [one, other] = floors as [ScoredFloor, ScoredFloor];
      try {
        for (const table of ['facts', 'facts_named', 'sources'])
          expect(await rowsOf(one, table), table).toEqual(await rowsOf(other, table));
        expect((await rowsOf(one, 'facts')).length).toBeGreaterThan(50);
        for (const board of boards) {
          const computed = await shown(one, { ...board, at: NOW });
          expect(await shown(other, { ...board, at: NOW }), `${board.id} of ${board.scope}`).toEqual(computed);
          for (const floor of floors) {
            expect(await readPosition(floor.redis, floor.orgId)).not.toBeNull();
            expect(await shown(floor, board), `kept ${board.id} of ${board.scope}`).toEqual(computed);
          }
          entries += computed.length;
        }
      } finally {
        await Promise.all(floors.map((floor) => floor.close()));
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(entries).toBeGreaterThan(RUNS * 20);
});
