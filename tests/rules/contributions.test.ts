import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inForce } from '#server/facts/corrections.ts';
import { contributionsOf, type FactEvent, homeLeg, QUEUE_DEFAULTS, type World } from '#server/facts/rules.ts';
import { bucketOf } from '#server/facts/windows.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { settingsAt, type Version, versionOf } from '../../server/facts/context/settings.ts';

const OFFERED = Date.parse('2026-03-11T09:10:00Z');
const ENDED = Date.parse('2026-03-11T09:20:00Z');
const ANA = 1;

const world: World = {
  personOf: (agent) => (agent === ANA ? 'p-ana' : ''),
  settingsOf: () => QUEUE_DEFAULTS,
};

const leg = (data: Record<string, unknown> = {}, more: Partial<FactEvent> = {}): FactEvent => ({
  source: 'acd',
  id: 'e1',
  type: 'interaction.ended',
  time: ENDED,
  agent: ANA,
  interaction: 'i1',
  data: {
    queue: 'sales',
    channel: 'chat',
    direction: 'inbound',
    offeredAt: '2026-03-11T09:10:00Z',
    endedAt: '2026-03-11T10:20:00+01:00',
    waitMs: 20_000,
    talkMs: 10_000,
    outcome: 'handled',
    transfer: 'none',
    ...data,
  },
  ...more,
});
const other = (type: string, data: Record<string, unknown>, more: Partial<FactEvent> = {}): FactEvent => ({
  ...leg(),
  type,
  interaction: null,
  data,
  ...more,
});
const factsOf = (event: FactEvent, legs: FactEvent[] = []) =>
  Object.fromEntries(contributionsOf(event, world, legs).map((c) => [c.person, c.facts]));

describe('a leg', () => {
  it('counts for its agent at its end and for its queue at its offer', () => {
    const place = { queue: 'sales', channel: 'chat' };
    expect(contributionsOf(leg({ ringMs: 900, holdMs: 700, holdCount: 2, acwMs: 500 }), world)).toEqual([
      {
        person: 'p-ana',
        bucket: bucketOf(ENDED),
        ...place,
        facts: { handled: 1, talk_ms: 10_000, ring_ms: 900, hold_ms: 700, hold_n: 2, acw_ms: 500 },
      },
      {
        person: '',
        bucket: bucketOf(OFFERED),
        ...place,
        facts: { offered: 1, answered: 1, answer_wait_ms: 20_000, answered_in_sl: 1 },
      },
    ]);
  });

  it('of nobody counts for the queue and for nobody', () => {
    const [agent, queue] = contributionsOf(leg({}, { agent: null }), world);
    expect(agent).toMatchObject({ person: '', facts: { handled: 1 } });
    expect(queue).toMatchObject({ person: '', facts: { answered: 1 } });
  });

  it('is short strictly below the bound, in service level up to it', () => {
    expect(factsOf(leg({ talkMs: 9_999 }))['p-ana']).toMatchObject({ short: 1 });
    expect(factsOf(leg({ talkMs: 10_000 }))['p-ana']).not.toHaveProperty('short');
    expect(factsOf(leg({ waitMs: 20_001 }))['']).toEqual({ offered: 1, answered: 1, answer_wait_ms: 20_001 });
  });

  it('that was abandoned is charged to no agent; short ones up to their bound', () => {
    const waited = (waitMs: number) => factsOf(leg({ outcome: 'abandoned', waitMs }));
    expect(waited(5_000)).toEqual({
      '': { offered: 1, abandoned: 1, abandon_wait_ms: 5_000, abandoned_in_sl: 1, abandoned_short: 1 },
    });
    expect(waited(5_001)['']).not.toHaveProperty('abandoned_short');
    expect(waited(20_001)['']).toEqual({ offered: 1, abandoned: 1, abandon_wait_ms: 20_001 });
  });

  it.each([
    ['missed', { 'p-ana': { missed: 1 } }],
    ['rejected', { 'p-ana': { rejected: 1 } }],
    ['voicemail', { '': { offered: 1, voicemail: 1 } }],
    ['callback', { '': { offered: 1, callback: 1 } }],
    ['left_in_ivr', { '': { left_in_ivr: 1 } }],
  ])('%s: attempts are never offered, the IVR neither', (outcome, facts) => {
    expect(factsOf(leg({ outcome }))).toEqual(facts);
  });

  it('outbound counts for the agent alone', () => {
    expect(Object.keys(factsOf(leg({ direction: 'outbound' })))).toEqual(['p-ana']);
  });

  it.each(['blind', 'consult'])('transferred %s and resolved counts so', (transfer) => {
    expect(factsOf(leg({ transfer, resolved: true }))['p-ana']).toMatchObject({ transferred_out: 1, resolved: 1 });
  });

  it('with an unreadable time or durations adds nothing that is not a number', () => {
    expect(contributionsOf(leg({ endedAt: 'x' }), world)).toEqual([]);
    expect(factsOf(leg({ talkMs: 'x', waitMs: 1.5 }))['p-ana']).toEqual({ handled: 1, short: 1 });
  });
});

describe('what customers, examiners and tills say', () => {
  const csat = (score: number, scaleMin: number, scaleMax: number) =>
    factsOf(other('survey.answered', { kind: 'csat', score, scaleMin, scaleMax }))['p-ana'];

  it('takes the top quarter of a scale as satisfied', () => {
    expect(csat(4, 1, 5)).toEqual({ csat_n: 1, csat_top: 1, csat_sum: 750 });
    expect(csat(3, 1, 5)).toEqual({ csat_n: 1, csat_sum: 500 });
    expect(csat(1, 0, 1)).toEqual({ csat_n: 1, csat_top: 1, csat_sum: 1000 });
    expect(csat(0, 0, 1)).toEqual({ csat_n: 1 });
    expect(csat(2, 0, 3)).toEqual({ csat_n: 1, csat_sum: 667 });
  });

  it('counts promoters from 9, detractors from 0 to 6', () => {
    const nps = (score: number) =>
      factsOf(other('survey.answered', { kind: 'nps', score, scaleMin: 0, scaleMax: 10 }))['p-ana'];
    expect([0, 6, 7, 8, 9, 10].map(nps)).toEqual([
      { nps_n: 1, nps_detractors: 1 },
      { nps_n: 1, nps_detractors: 1 },
      { nps_n: 1 },
      { nps_n: 1 },
      { nps_n: 1, nps_promoters: 1 },
      { nps_n: 1, nps_promoters: 1 },
    ]);
  });

  it.each([
    ['survey.answered', { kind: 'ces', score: 6, scaleMin: 1, scaleMax: 7 }, { ces_n: 1, ces_sum: 833 }],
    [
      'evaluation.completed',
      { points: 80, possible: 100, criticalFailed: true },
      { qa_n: 1, qa_points: 80, qa_possible: 100, qa_critical: 1 },
    ],
    ['sale.closed', { amountMinor: 1999, currency: 'EUR', units: 2 }, { sales: 2, sale_minor: 1999 }],
    ['offer.made', {}, { offers: 1 }],
    ['ticket.resolved', { ticketId: 't' }, { resolved: 1 }],
    ['ticket.reopened', { ticketId: 't' }, { reopened: 1 }],
    ['conversation.analyzed', { customerSentiment: -0.4555 }, { sentiment_n: 1, sentiment_permille: -456 }],
    ['measurement.recorded', { fact: 'stars', value: -3 }, { stars: -3 }],
  ])('%s', (type, data, facts) => {
    expect(contributionsOf(other(type, data), world)).toEqual([
      { person: 'p-ana', bucket: bucketOf(ENDED), queue: '', channel: '', facts },
    ]);
  });

  it('adds nothing for what says nothing, nor to a core fact by a measurement', () => {
    expect(contributionsOf(other('conversation.analyzed', { categories: [] }), world)).toEqual([]);
    expect(contributionsOf(other('measurement.recorded', { fact: 'handled', value: 5 }), world)).toEqual([]);
    expect(contributionsOf(other('agent.state', { state: 'pause' }), world)).toEqual([]);
  });
});

describe('what names an interaction', () => {
  const survey = other(
    'survey.answered',
    { kind: 'csat', score: 5, scaleMin: 1, scaleMax: 5 },
    { agent: null, interaction: 'i1', time: ENDED + 86_400_000 },
  );
  const later = leg(
    { endedAt: '2026-03-11T11:00:00Z', queue: 'help', outcome: 'abandoned' },
    { id: 'e2', agent: null },
  );

  it('belongs to the agent, time and queue of its last handled leg', () => {
    expect(contributionsOf(survey, world, [later, leg()])).toMatchObject([
      { person: 'p-ana', bucket: bucketOf(ENDED), queue: 'sales', channel: 'chat' },
    ]);
  });

  it('keeps an agent of its own', () => {
    expect(contributionsOf({ ...survey, agent: 2 }, world, [leg()])).toMatchObject([{ person: '', queue: 'sales' }]);
  });

  it('stands at its own time while there is no leg', () => {
    expect(contributionsOf(survey, world, [])).toMatchObject([
      { person: '', bucket: bucketOf(survey.time), queue: '', channel: '' },
    ]);
  });

  it('finds the same leg in any order', () => {
    const legs = [
      leg(),
      later,
      leg({ segment: 2 }, { id: 'a' }),
      leg({ segment: 2 }, { id: 'b' }),
      leg({ outcome: 'missed', endedAt: '2026-03-11T12:00:00Z' }, { id: 'z' }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(legs, { minLength: legs.length }), (shuffled) => {
        expect(homeLeg(shuffled)?.id).toBe('b');
      }),
    );
  });
});

describe('corrections', () => {
  const logged = (id: string, more: Partial<LoggedEvent> = {}): LoggedEvent => ({
    ...leg(),
    id,
    position: 1,
    recordedAt: ENDED,
    customer: null,
    ...more,
  });
  const fix = (id: string, time: number, talkMs: number | null): LoggedEvent =>
    logged(id, {
      source: 'fix',
      type: 'correction',
      time,
      position: 10 + (talkMs ?? 0),
      data: {
        of: { source: 'acd', id: 'e1' },
        action: talkMs === null ? 'retract' : 'replace',
        ...(talkMs === null ? {} : { replacement: { agent: 2, customer: 3, interaction: 'i2', data: { talkMs } } }),
      },
    });

  it('the greatest (time, source, id) wins, in any order, before or after its target', () => {
    const events = [logged('e1'), fix('k1', 5, 1), fix('k3', 9, 3), fix('k2', 9, 2), logged('e2')];
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (shuffled) => {
        const counted = inForce(shuffled);
        expect(counted.find((event) => event.id === 'e1')).toMatchObject({
          agent: 2,
          customer: 3,
          interaction: 'i2',
          data: { talkMs: 3 },
          corrected: true,
          time: ENDED,
        });
        expect(counted.find((event) => event.id === 'e2')).toMatchObject({ corrected: false });
        expect(counted).toHaveLength(2);
      }),
    );
  });

  it('retracts, and knows only what was recorded', () => {
    const events = [logged('e1'), { ...fix('k1', 5, null), position: 7, recordedAt: ENDED + 10 }];
    expect(inForce(events)).toEqual([]);
    expect(inForce(events, { position: 6 })).toHaveLength(1);
    expect(inForce(events, { recordedAt: ENDED + 9 })).toHaveLength(1);
    expect(inForce(events, { recordedAt: ENDED + 10 })).toHaveLength(0);
  });
});

describe('settings of a queue', () => {
  const saved = (time: number, data: Record<string, unknown>, before: Version[]) =>
    versionOf({ time, position: time, recordedAt: time, data: { id: 'q', ...data } }, before);

  it('hold from the epoch the first time, later from their own time, and keep what is not named', () => {
    const first = saved(1000, { serviceLevelMs: 30_000, shortMs: 7 }, []) as Version;
    const second = saved(2000, { shortMs: 9 }, [first]) as Version;
    expect(settingsAt([first, second], 0)).toMatchObject({ serviceLevelMs: 30_000, shortMs: 7, abandonShortMs: 5_000 });
    expect(settingsAt([first, second], 1999)).toMatchObject({ shortMs: 7 });
    expect(settingsAt([first, second], 2000)).toMatchObject({ serviceLevelMs: 30_000, shortMs: 9 });
    expect(saved(3000, { shortMs: 9 }, [first, second])).toBeNull();
    expect(settingsAt(undefined, 0)).toEqual(QUEUE_DEFAULTS);
  });

  it('that was only made by its first event are not its first version; saved on purpose they are', () => {
    expect(saved(1000, { name: 'q', ...QUEUE_DEFAULTS }, [])).toBeNull();
    const onPurpose = saved(1000, { name: 'Queue', ...QUEUE_DEFAULTS }, []) as Version;
    expect(saved(2000, { shortMs: 1 }, [onPurpose])?.from).toBe(2000);
  });
});
