import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { facts } from '../../server/facts/consumer.ts';
import { define, Memory, worldOf } from '../../server/facts/context.ts';
import { inForce } from '../../server/facts/corrections.ts';
import { factsFromEvents } from '../../server/facts/derivation.ts';
import { Fold } from '../../server/facts/fold.ts';
import { factsHash } from '../../server/facts/store.ts';
import type { LoggedEvent, NewEvent } from '../../server/log/catalogue.ts';
import { ensureFlow } from '../../server/log/flow-store.ts';
import { refsOf } from '../../server/log/party-store.ts';
import { eventsAfter } from '../../server/log/store.ts';
import { newWorld, type World } from '../world.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-03-11T08:00:00Z');
const at = (minutes: number) => START + minutes * MINUTE;
const iso = (minutes: number) => new Date(at(minutes)).toISOString();

let world: World;
beforeAll(async () => {
  world = await newWorld({ consumers: [facts], now: at(600) });
});
afterAll(() => world.close());

let organisations = 0;
async function newOrganisation(): Promise<number> {
  const orgId = world.orgId + ++organisations;
  await ensureFlow(world.db, orgId);
  return orgId;
}

/** What is stored, as the pure derivation would name it. */
async function stored(orgId: number) {
  const rows = await world.db.rows<Record<string, unknown>>('select * from facts where org_id = $1', [orgId]);
  const named = await world.db.rows<Record<string, unknown>>('select * from facts_named where org_id = $1', [orgId]);
  const found: Record<string, number> = {};
  for (const { org_id, person, bucket, queue, channel, ...core } of rows) {
    expect(Object.values(core).some((value) => value !== null)).toBe(true);
    for (const [name, value] of Object.entries(core))
      if (value !== null) found[[person, bucket, queue, channel, name].join('|')] = value as number;
  }
  for (const { person, bucket, queue, channel, fact, value } of named)
    found[[person, bucket, queue, channel, fact].join('|')] = value as number;
  return found;
}

/** The same by deriving the whole log at once. */
async function expected(orgId: number) {
  const events = await eventsAfter(world.db, orgId, 0, 10_000);
  const fold = new Fold();
  for (const { contribution } of factsFromEvents(inForce(events), contextOf(events))) fold.add([contribution]);
  const found: Record<string, number> = {};
  for (const { person, bucket, queue, channel, facts: sums } of fold.total()) {
    for (const [name, value] of Object.entries(sums))
      if (value) found[[person, bucket, queue, channel, name].join('|')] = value;
  }
  return found;
}

function contextOf(events: LoggedEvent[]) {
  const memory = new Memory();
  define(memory, events);
  for (const { type, data } of events)
    if (type === 'window.closed') memory.progress.closedTo = Math.max(memory.progress.closedTo, data.to as number);
  return worldOf(memory);
}

async function refOf(orgId: number, source: string, name: string): Promise<number> {
  const refs = await world.db.transaction((tx) => refsOf(tx, orgId, [{ kind: 'agent', source, name }]));
  return [...refs.values()][0] as number;
}

const leg = (id: string, more: Partial<NewEvent> = {}, data: Record<string, unknown> = {}): NewEvent => ({
  source: 'acd',
  id,
  type: 'interaction.ended',
  time: at(20),
  interaction: `i-${id}`,
  agent: { source: 'acd', name: 'ana' },
  customer: null,
  data: {
    queue: 'sales',
    channel: 'voice',
    direction: 'inbound',
    offeredAt: iso(5),
    endedAt: iso(20),
    waitMs: 4000,
    ringMs: 1000,
    talkMs: 60_000,
    holdMs: 0,
    holdCount: 0,
    acwMs: 5000,
    outcome: 'handled',
    transfer: 'none',
    ...data,
  },
  ...more,
});
const survey = (id: string, interaction: string | null, more: Partial<NewEvent> = {}): NewEvent => ({
  source: 'forms',
  id,
  type: 'survey.answered',
  time: at(300),
  interaction,
  agent: null,
  data: { kind: 'csat', score: 4, scaleMin: 1, scaleMax: 5 },
  ...more,
});
const state = (id: string, minutes: number, value: string, agent = 'ana', reason?: string): NewEvent => ({
  source: 'acd',
  id,
  type: 'agent.state',
  time: at(minutes),
  agent: { source: 'acd', name: agent },
  data: { state: value, ...(reason ? { reason } : {}) },
});
const correction = (
  id: string,
  of: { source: string; id: string },
  replacement?: NewEvent['replacement'],
  time = at(400),
): NewEvent => ({
  source: 'fix',
  id,
  type: 'correction',
  time,
  data: { of, action: replacement ? 'replace' : 'retract' },
  ...(replacement ? { replacement } : {}),
});
const closing = (minutes: number): NewEvent => ({
  source: 'floorlight',
  id: `close-${minutes}`,
  type: 'window.closed',
  time: at(minutes),
  data: { window: 'bucket', to: at(minutes) },
});
const queueSaved = (queue: string, serviceLevelMs: number): NewEvent => ({
  source: 'floorlight',
  id: `queue-${queue}`,
  type: 'queue.saved',
  time: at(600),
  data: { id: queue, name: queue, serviceLevelMs, shortMs: 70_000, abandonShortMs: 5000 },
});
async function identified(
  orgId: number,
  person: string,
  agents: [string, string, number?, number?][],
): Promise<NewEvent> {
  const identities = [];
  for (const [source, name, from, to] of agents) {
    identities.push({
      source,
      agent: await refOf(orgId, source, name),
      ...(from === undefined ? {} : { from: at(from) }),
      ...(to === undefined ? {} : { to: at(to) }),
    });
  }
  return {
    source: 'floorlight',
    id: `identified-${person}`,
    type: 'person.identified',
    time: at(600),
    data: { person, identities },
  };
}

async function passed(orgId: number, ...batches: NewEvent[][]): Promise<void> {
  for (const batch of batches) {
    await world.log.submit(orgId, batch);
    await world.settle(orgId);
  }
}

const sumOf = (found: Record<string, number>, prefix: string, fact: string) =>
  Object.entries(found)
    .filter(([key]) => key.startsWith(`${prefix}|`) && key.endsWith(`|${fact}`))
    .reduce((sum, [, value]) => sum + value, 0);

describe('facts by example', () => {
  it('counts a leg for its agent and its queue, in the buckets of end and offer', async () => {
    const orgId = await newOrganisation();
    await passed(orgId, [await identified(orgId, 'p1', [['acd', 'ana']]), leg('a')]);
    const bucket = Math.floor(at(5) / 900_000);
    expect(await stored(orgId)).toEqual({
      [`p1|${bucket + 1}|sales|voice|handled`]: 1,
      [`p1|${bucket + 1}|sales|voice|talk_ms`]: 60_000,
      [`p1|${bucket + 1}|sales|voice|ring_ms`]: 1000,
      [`p1|${bucket + 1}|sales|voice|acw_ms`]: 5000,
      [`|${bucket}|sales|voice|offered`]: 1,
      [`|${bucket}|sales|voice|answered`]: 1,
      [`|${bucket}|sales|voice|answer_wait_ms`]: 4000,
      [`|${bucket}|sales|voice|answered_in_sl`]: 1,
    });
  });

  it('scores what an agent did before being mapped', async () => {
    const orgId = await newOrganisation();
    await passed(orgId, [leg('a'), survey('s', 'i-a'), state('x', 0, 'available'), state('y', 30, 'offline')]);
    expect(sumOf(await stored(orgId), '', 'handled')).toBe(1);
    await passed(orgId, [await identified(orgId, 'p1', [['acd', 'ana']])]);
    const found = await stored(orgId);
    expect([
      sumOf(found, '', 'handled'),
      sumOf(found, 'p1', 'handled'),
      sumOf(found, 'p1', 'csat_n'),
      sumOf(found, 'p1', 'available_ms'),
    ]).toEqual([0, 1, 1, 30 * MINUTE]);
    expect(found).toEqual(await expected(orgId));
  });

  it('moves a survey to its interaction when that arrives later', async () => {
    const orgId = await newOrganisation();
    await passed(orgId, [await identified(orgId, 'p1', [['acd', 'ana']]), survey('s', 'i-a')]);
    expect(sumOf(await stored(orgId), '', 'csat_n')).toBe(1);
    await passed(orgId, [leg('a')]);
    const found = await stored(orgId);
    expect(found[`p1|${Math.floor(at(20) / 900_000)}|sales|voice|csat_n`]).toBe(1);
    expect(sumOf(found, '', 'csat_n')).toBe(0);
  });

  it('takes back what is retracted and leaves no empty row', async () => {
    const orgId = await newOrganisation();
    await passed(orgId, [leg('a'), leg('b')]);
    const before = await factsHash(world.db, orgId);
    await passed(
      orgId,
      [leg('c', {}, { endedAt: iso(200), outcome: 'abandoned' }), survey('s', null)],
      [correction('k', { source: 'acd', id: 'c' }), correction('l', { source: 'forms', id: 's' })],
    );
    expect(await factsHash(world.db, orgId)).toBe(before);
  });

  it('extends an open state to the last closed bucket and no further', async () => {
    const orgId = await newOrganisation();
    await passed(orgId, [await identified(orgId, 'p1', [['acd', 'ana']]), state('x', 2, 'pause', 'ana', 'lunch')]);
    expect(await stored(orgId)).toEqual({});
    await passed(orgId, [closing(30)], [closing(45)]);
    const found = await stored(orgId);
    expect([
      sumOf(found, 'p1', 'pause_ms'),
      sumOf(found, 'p1', 'pause_ms:lunch'),
      sumOf(found, 'p1', 'login_ms'),
    ]).toEqual([43 * MINUTE, 43 * MINUTE, 43 * MINUTE]);
  });

  it('sets a queue anew from the epoch the first time, from then on later', async () => {
    const orgId = await newOrganisation();
    await passed(
      orgId,
      [leg('a'), leg('b', {}, { outcome: 'abandoned', waitMs: 30_000 })],
      [queueSaved('sales', 2000)],
    );
    const found = await stored(orgId);
    expect([sumOf(found, '', 'answered_in_sl'), sumOf(found, '', 'short')]).toEqual([0, 1]);
    await passed(orgId, [
      { ...queueSaved('sales', 90_000), id: 'again' },
      leg('d', { time: at(650) }, { offeredAt: iso(650), endedAt: iso(651) }),
    ]);
    const after = await stored(orgId);
    expect([sumOf(after, '', 'answered_in_sl'), sumOf(after, '', 'abandoned_in_sl')]).toEqual([1, 0]);
    expect(after).toEqual(await expected(orgId));
  });
});

describe('facts do not depend on order or batching', () => {
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
    })
    .map(
      (l) => (id: string) =>
        leg(
          id,
          { time: at(l.minutes + 9), agent: party(l.agent), interaction: l.interaction, customer: l.customer },
          { queue: l.queue, offeredAt: iso(l.minutes), endedAt: iso(l.minutes + 9), outcome: l.outcome },
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
  const measurements = fc.record({ agent, minutes: minute }).map(
    (s) =>
      (id: string): NewEvent => ({
        source: 'acd',
        id,
        type: 'measurement.recorded',
        time: at(s.minutes),
        agent: party(s.agent),
        data: { fact: 'stars', value: 3 },
      }),
  );
  const statement = fc.oneof(
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

  const worlds = fc.record({
    statements: fc.array(statement, { minLength: 6, maxLength: 14 }),
    fixes: fc.array(fixes, { maxLength: 4 }),
    mapped: fc.array(fc.constantFrom(0, 1, 2, 3), { minLength: 1, maxLength: 3 }),
    queues: fc.subarray(['sales', 'help']),
    closings,
    keys: fc.array(fc.double({ noNaN: true, min: 0, max: 1 }), { minLength: 40, maxLength: 40 }),
    cuts: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
  });
  type Case = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

  async function eventsOf(orgId: number, given: Case): Promise<NewEvent[]> {
    const made = given.statements.map((make, i) => make(`e${i}`));
    const fixed = given.fixes.map((fix, i) => {
      const target = made[fix.target % made.length] as NewEvent;
      const other = fix.by?.('x');
      const same = other && other.type === target.type ? other : undefined;
      return correction(
        `k${i}`,
        target,
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
      ...given.closings.map(closing),
    ];
  }

  function dealt(events: NewEvent[], given: Case): NewEvent[][] {
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

  it('gives what the whole log means, whatever the way there', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (given) => {
        const orgId = await newOrganisation();
        await passed(orgId, ...dealt(await eventsOf(orgId, given), given));
        const [dead] = await world.db.rows<{ reason: string }>('select reason from dead_letters where org_id = $1', [
          orgId,
        ]);
        expect(dead).toBeUndefined();
        expect(await stored(orgId)).toEqual(await expected(orgId));
      }),
      { numRuns: Number(process.env.FACTS_RUNS ?? 60) },
    );
  });
});
