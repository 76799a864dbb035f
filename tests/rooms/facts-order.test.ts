import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derived, evidence } from '../../server/facts/evidence/evidence.ts';
import { sumTotal, type Whose } from '../../server/facts/store.ts';
import { bucketsOf } from '../../server/facts/windows.ts';
import { type Case, dealt, eventsOf, worlds } from '../facts-cases.ts';
import { at, expected, MINUTE, named, newOrganisation, openStage, passed, stored, world } from '../facts-stage.ts';

beforeAll(openStage);
afterAll(() => world.close());

const RUNS = Number(process.env.FACTS_RUNS ?? 60);
const EVER = { from: at(-6000), to: at(6000) };

async function play(given: Case): Promise<number> {
  const orgId = await newOrganisation();
  await passed(orgId, ...dealt(await eventsOf(orgId, given), given));
  const dead = await world.every.rows('select reason from dead_letters where org_id = $1', [orgId]);
  expect(dead).toEqual([]);
  return orgId;
}

describe('facts of any order and batching', () => {
  it('are what the whole log means', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (given) => {
        const orgId = await play(given);
        expect(await stored(orgId)).toEqual(await expected(orgId));
      }),
      { numRuns: RUNS },
    );
  });
});

describe('evidence', () => {
  const whose: Whose[] = [
    {},
    { people: ['p1'] },
    { people: ['p2', 'p3', 'p4'] },
    { queues: ['sales'] },
    { people: ['p1', 'p4'], unowned: ['help', 'sales'] },
  ];
  const span = fc.record({ from: fc.integer({ min: -2, max: 20 }), length: fc.integer({ min: 1, max: 12 }) });

  it('adds up to what is stored, for any subject and window', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, span, fc.constantFrom(...whose), async (given, { from, length }, subject) => {
        const orgId = await play(given);
        const window = { from: at(from * 15), to: at((from + length) * 15) };
        const found = await evidence(world.db.of(orgId), orgId, { ...subject, ...window, limit: 3 });
        expect(nonZero(found.facts)).toEqual(
          await sumTotal(world.db.of(orgId), orgId, { ...subject, ...bucketsOf(window) }),
        );
        expect(found.events.length).toBe(Math.min(3, found.total));
        expect(found.next === null).toBe(found.total <= 3);
      }),
      { numRuns: RUNS },
    );
  });

  it('tells what was known then', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (given) => {
        const orgId = await newOrganisation();
        const then: { knownAt: number; facts: Record<string, number> }[] = [];
        for (const batch of dealt(await eventsOf(orgId, given), given)) {
          world.time.now += MINUTE;
          await passed(orgId, batch);
          then.push({ knownAt: world.time.now, facts: await stored(orgId) });
        }
        for (const { knownAt, facts } of then) {
          const found = await derived(world.db.of(orgId), orgId, { ...EVER, knownAt });
          expect(named(found.map(({ contribution }) => contribution))).toEqual(facts);
        }
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  });

  it('gives each event once over all pages', async () => {
    const [given] = fc.sample(worlds, { numRuns: 1, seed: 7 }) as [Case];
    const orgId = await play(given);
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof evidence>> = await evidence(world.db.of(orgId), orgId, {
        ...EVER,
        cursor,
        limit: 2,
      });
      seen.push(...page.events.map((event) => event.position));
      cursor = page.next;
    } while (cursor);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe((await evidence(world.db.of(orgId), orgId, EVER)).total);
  });
});

const nonZero = (facts: Record<string, number | undefined>) =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== 0));
