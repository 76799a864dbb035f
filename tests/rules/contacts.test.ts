import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMES_BACK_MS, repeatsOf } from '#server/facts/contacts.ts';
import { type FactEvent, QUEUE_DEFAULTS, type World } from '#server/facts/rules.ts';
import { bucketOf } from '#server/facts/windows.ts';
import { ALWAYS, claimOf, FOREVER, ownerAt, ownersOf } from '../../server/facts/context/ownership.ts';

const START = Date.parse('2026-03-02T08:00:00Z');
const HOUR = 3_600_000;
const world: World = { personOf: (agent) => (agent ? `p${agent}` : ''), settingsOf: () => QUEUE_DEFAULTS };

type Given = {
  interaction: string;
  offered: number;
  ended: number;
  outcome?: string;
  direction?: string;
  agent?: number;
  segment?: number;
};
const leg = (given: Given, i = 0): FactEvent => ({
  source: 'acd',
  id: `e${i}`,
  type: 'interaction.ended',
  time: START + given.ended,
  agent: given.agent ?? 1,
  interaction: given.interaction,
  data: {
    queue: 'q',
    channel: 'voice',
    direction: given.direction ?? 'inbound',
    segment: given.segment ?? 0,
    offeredAt: new Date(START + given.offered).toISOString(),
    endedAt: new Date(START + given.ended).toISOString(),
    outcome: given.outcome ?? 'handled',
  },
});
const charged = (...given: Given[]) => repeatsOf(given.map(leg), world).map(({ by }) => by.interaction);
const first = { interaction: 'a', offered: 0, ended: HOUR };

describe('repeated contacts', () => {
  it('charges the first contact, in the bucket of its end, to its agent', () => {
    const [repeat, ...more] = repeatsOf(
      [leg(first), leg({ interaction: 'b', offered: 2 * HOUR, ended: 3 * HOUR, agent: 2 }, 1)],
      world,
    );
    expect(more).toEqual([]);
    expect(repeat?.contribution).toEqual({
      person: 'p1',
      bucket: bucketOf(START + HOUR),
      queue: 'q',
      channel: 'voice',
      facts: { repeated: 1 },
    });
  });

  it('counts seven days to the millisecond, and not the same instant', () => {
    const back = (offered: number) =>
      charged(first, { interaction: 'b', offered, ended: offered + HOUR, outcome: 'abandoned' });
    expect(back(HOUR + COMES_BACK_MS)).toEqual(['a']);
    expect(back(HOUR + COMES_BACK_MS + 1)).toEqual([]);
    expect(back(HOUR)).toEqual([]);
  });

  it('charges once, however often the customer comes back', () => {
    expect(
      charged(
        first,
        { interaction: 'b', offered: 2 * HOUR, ended: 3 * HOUR, outcome: 'abandoned' },
        { interaction: 'c', offered: 4 * HOUR, ended: 5 * HOUR },
      ),
    ).toEqual(['a']);
  });

  it('does not charge for further legs of the same contact, nor for calls out', () => {
    expect(charged(first, { interaction: 'a', offered: 2 * HOUR, ended: 3 * HOUR, agent: 2 })).toEqual([]);
    expect(charged(first, { interaction: 'b', offered: 2 * HOUR, ended: 3 * HOUR, direction: 'outbound' })).toEqual([]);
  });

  it('charges the last handled leg of a transferred contact', () => {
    const [repeat] = repeatsOf(
      [
        leg(first),
        leg({ interaction: 'a', offered: HOUR, ended: 2 * HOUR, agent: 2, segment: 1 }, 1),
        leg({ interaction: 'b', offered: 9 * HOUR, ended: 10 * HOUR }, 2),
      ],
      world,
    );
    expect(repeat?.contribution.person).toBe('p2');
  });

  it('does not charge what nobody handled', () => {
    expect(
      charged({ ...first, outcome: 'abandoned' }, { interaction: 'b', offered: 2 * HOUR, ended: 3 * HOUR }),
    ).toEqual([]);
  });

  it('agrees with reading every pair, in any order', () => {
    const given = fc.record({
      interaction: fc.constantFrom('a', 'b', 'c', 'd'),
      offered: fc.integer({ min: 0, max: 300 }),
      length: fc.integer({ min: 0, max: 9 }),
      outcome: fc.constantFrom('handled', 'abandoned'),
      direction: fc.constantFrom('inbound', 'inbound', 'outbound'),
    });
    fc.assert(
      fc.property(
        fc.array(given, { maxLength: 12 }),
        fc.infiniteStream(fc.double({ noNaN: true })),
        (contacts, keys) => {
          const legs = contacts.map((c, i) =>
            leg({ ...c, offered: c.offered * HOUR, ended: (c.offered + c.length) * HOUR }, i),
          );
          const shuffled = legs
            .map((l) => ({ l, key: keys.next().value }))
            .sort((a, b) => a.key - b.key)
            .map(({ l }) => l);
          expect(new Set(repeatsOf(shuffled, world).map(({ by }) => by.id))).toEqual(byPairs(legs));
        },
      ),
      { numRuns: 500 },
    );
  });
});

function byPairs(legs: FactEvent[]): Set<string> {
  const end = (l: FactEvent) => Date.parse(l.data.endedAt as string);
  const handled = legs.filter((l) => l.data.outcome === 'handled');
  const last = handled.filter(
    (l) =>
      !handled.some((o) => o.interaction === l.interaction && (end(o) > end(l) || (end(o) === end(l) && o.id > l.id))),
  );
  const isBack = (l: FactEvent, o: FactEvent) => {
    const gap = Date.parse(o.data.offeredAt as string) - end(l);
    return o.interaction !== l.interaction && o.data.direction === 'inbound' && gap > 0 && gap <= COMES_BACK_MS;
  };
  return new Set(last.filter((l) => legs.some((o) => isBack(l, o))).map((l) => l.id));
}

describe('whose an agent is', () => {
  const claim = (person: string, position: number, from?: number, to?: number) =>
    claimOf({ position, recordedAt: position, data: { person, identities: [{ source: 'acd', agent: 7, from, to }] } });

  it('from the epoch without end, where nothing else is said', () => {
    expect(ownersOf(7, [claim('ana', 1)])).toEqual([{ person: 'ana', from: ALWAYS, to: FOREVER }]);
    expect(ownerAt(ownersOf(7, [claim('ana', 1)]), -5_000_000_000_000)).toBe('ana');
    expect(ownersOf(8, [claim('ana', 1)])).toEqual([]);
  });

  it('changes hands at an instant; a later claim beats an earlier one', () => {
    const owners = ownersOf(7, [claim('bob', 2, 100, 200), claim('ana', 1)]);
    expect([99, 100, 199, 200].map((at) => ownerAt(owners, at))).toEqual(['ana', 'bob', 'bob', 'ana']);
    expect(ownerAt(ownersOf(7, [claim('ana', 1, 0, 50)]), 50)).toBe('');
    expect(ownerAt(undefined, 0)).toBe('');
  });
});
