import fc from 'fast-check';
import type { NewEvent } from '../server/log/catalogue.ts';
import { at, closing, correction, identified, iso, leg, queueSaved, state, survey } from './facts-stage.ts';

const minute = fc.integer({ min: 0, max: 300 });
const agent = fc.constantFrom('ana', 'bob', 'cleo');
const interaction = fc.constantFrom('i-1', 'i-2', 'i-3');
const customer = fc.constantFrom(null, 'c-1', 'c-2');
const party = (name: string) => ({ source: 'acd', name });

const legs = fc
  .record({
    minutes: minute,
    agent,
    interaction,
    customer,
    outcome: fc.constantFrom('handled', 'handled', 'abandoned', 'missed'),
    queue: fc.constantFrom('sales', 'help'),
    talkMs: fc.constantFrom(0, 60_000, 80_000),
    waitMs: fc.constantFrom(0, 4_000, 6_000),
    transfer: fc.constantFrom('none', 'blind'),
  })
  .map(
    (l) => (id: string) =>
      leg(
        id,
        { time: at(l.minutes + 9), agent: party(l.agent), interaction: l.interaction, customer: l.customer },
        {
          queue: l.queue,
          offeredAt: iso(l.minutes),
          endedAt: iso(l.minutes + 9),
          outcome: l.outcome,
          talkMs: l.talkMs,
          waitMs: l.waitMs,
          transfer: l.transfer,
        },
      ),
  );
const surveys = fc
  .record({ named: fc.option(interaction), agent: fc.option(agent), minutes: minute })
  .map(
    (s) => (id: string) =>
      survey(id, s.named, { source: 'acd', time: at(s.minutes), agent: s.agent ? party(s.agent) : null }),
  );
const states = fc
  .record({
    minutes: minute,
    agent,
    state: fc.constantFrom('available', 'on_contact', 'wrap', 'pause', 'offline'),
    reason: fc.constantFrom(undefined, 'lunch'),
  })
  .map((s) => (id: string) => state(id, s.minutes, s.state, s.agent, s.reason));
const schedules = fc.record({ from: minute, length: fc.integer({ min: 1, max: 90 }), agent, minutes: minute }).map(
  (s) =>
    (id: string): NewEvent => ({
      source: 'acd',
      id,
      type: 'schedule.published',
      time: at(s.minutes),
      agent: party(s.agent),
      data: {
        activities: [
          { from: iso(s.from), to: iso(s.from + s.length), activity: 'calls', productive: true },
          { from: iso(s.from + s.length), to: iso(s.from + s.length + 20), activity: 'lunch', productive: false },
        ],
      },
    }),
);
const measured = fc.record({ from: minute, length: fc.integer({ min: 1, max: 50 }), agent, minutes: minute }).map(
  (m) =>
    (id: string): NewEvent => ({
      source: 'acd',
      id,
      type: 'adherence.measured',
      time: at(m.minutes),
      agent: party(m.agent),
      data: { from: iso(m.from), to: iso(m.from + m.length), scheduledMs: 100_003, adherentMs: 77_777 },
    }),
);
const sales = fc.record({ agent, minutes: minute }).map(
  (s) =>
    (id: string): NewEvent => ({
      source: 'acd',
      id,
      type: 'sale.closed',
      time: at(s.minutes),
      agent: party(s.agent),
      data: { amountMinor: 1250, currency: 'EUR', units: 1 },
    }),
);
const measurements = fc.record({ agent, minutes: minute, value: fc.constantFrom(3, -3) }).map(
  (s) =>
    (id: string): NewEvent => ({
      source: 'acd',
      id,
      type: 'measurement.recorded',
      time: at(s.minutes),
      agent: party(s.agent),
      data: { fact: 'stars', value: s.value },
    }),
);
const analyses = fc.record({ interaction, minutes: minute, mood: fc.constantFrom(-0.5, 0.5) }).map(
  (a) =>
    (id: string): NewEvent => ({
      source: 'acd',
      id,
      type: 'conversation.analyzed',
      time: at(a.minutes),
      interaction: a.interaction,
      data: { customerSentiment: a.mood, categories: [] },
    }),
);
const statement = fc.oneof(
  analyses,
  { arbitrary: legs, weight: 4 },
  { arbitrary: surveys, weight: 3 },
  { arbitrary: states, weight: 4 },
  schedules,
  measured,
  sales,
  measurements,
);
const fixes = fc.record({
  target: fc.nat({ max: 13 }),
  retract: fc.boolean(),
  minutes: minute,
  by: fc.option(statement),
});
const closings = fc.subarray([60, 120, 200, 330]);

/** A dozen statements about three agents and two customers, with corrections, mappings, settings and closings. */
export const worlds = fc.record({
  statements: fc.array(statement, { minLength: 6, maxLength: 14 }),
  fixes: fc.array(fixes, { maxLength: 4 }),
  mapped: fc.array(fc.constantFrom(0, 1, 2, 3), { minLength: 1, maxLength: 3 }),
  queues: fc.subarray(['sales', 'help']),
  closings,
  again: fc.boolean(),
  keys: fc.array(fc.double({ noNaN: true, min: 0, max: 1 }), { minLength: 40, maxLength: 40 }),
  cuts: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
});
export type Case = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

/** The events of a case. */
export async function eventsOf(orgId: number, given: Case): Promise<NewEvent[]> {
  const made = given.statements.map((make, i) => make(`e${i}`));
  const fixed = given.fixes.map((fix, i) => {
    const target = made[fix.target % made.length] as NewEvent;
    const other = fix.by?.('x');
    const same = other && other.type === target.type ? other : undefined;
    return correction(
      `k${i}`,
      { source: target.source, id: target.id },
      fix.retract || !same
        ? undefined
        : {
            agent: same.agent ?? null,
            customer: same.customer ?? null,
            interaction: same.interaction ?? null,
            data: same.data,
          },
      at(fix.minutes),
    );
  });
  const mappings: [string, [string, string, number?, number?][]][] = [
    ['p1', [['acd', 'ana']]],
    ['p2', [['acd', 'bob', undefined, 100]]],
    ['p3', [['acd', 'bob', 100]]],
    ['p4', [['acd', 'cleo']]],
  ];
  const chosen = [...new Set(given.mapped)].map((i) => mappings[i] as (typeof mappings)[number]);
  const merged =
    chosen.some(([p]) => p === 'p1') && given.mapped.length === 2
      ? [
          [
            'p1',
            [
              ['acd', 'ana'],
              ['acd', 'cleo'],
            ],
          ] as (typeof mappings)[number],
          ...chosen.filter(([p]) => p !== 'p1' && p !== 'p4'),
        ]
      : chosen;
  const people = await Promise.all(merged.map(([person, agents]) => identified(orgId, person, agents)));
  return [
    ...made,
    ...fixed,
    ...people,
    ...given.queues.map((queue) => queueSaved(queue, 3000)),
    ...(given.again ? [{ ...queueSaved('sales', 5000), id: 'again', time: at(150) }] : []),
    ...given.closings.map(closing),
  ];
}

/** The same events in another order and cut into batches. */
export function dealt(events: NewEvent[], given: Case): NewEvent[][] {
  const shuffled = events
    .map((event, i) => ({ event, key: given.keys[i % 40] as number }))
    .sort((a, b) => a.key - b.key);
  const batches: NewEvent[][] = [[]];
  for (const [i, { event }] of shuffled.entries()) {
    batches.at(-1)?.push(event);
    if (given.cuts[i % 40]) batches.push([]);
  }
  return batches.filter((batch) => batch.length > 0);
}
