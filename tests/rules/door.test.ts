import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { itemsOf } from '../../server/ingest/bodies.ts';
import { inferType, readEvent } from '../../server/ingest/rules.ts';
import { forbiddenField, isNobody } from '../../server/ingest/words.ts';
import { REJECTIONS } from '../../src/lib/contract/events.ts';
import { FACT_NAMES } from '../../src/lib/contract/facts.ts';

const now = Date.parse('2026-03-11T10:00:00Z');
const context = { now, epoch: Date.parse('1990-01-01T00:00:00Z'), currency: 'EUR' };
const leg = {
  interactionId: 'c-1',
  agent: 'ana',
  queue: 'sales',
  offeredAt: '2026-03-11T09:00:00Z',
  endedAt: '2026-03-11T09:05:00Z',
  talkMs: 240_000,
  outcome: 'handled',
};
const event = (more: object = {}, data: object = leg) => ({
  specversion: '1.0',
  id: 'e-1',
  source: 'acd',
  type: 'interaction.ended',
  time: '2026-03-11T09:05:00Z',
  data,
  ...more,
});
const accepted = (raw: unknown, more = {}) => {
  const reading = readEvent(raw, 0, { ...context, ...more });
  if ('refusal' in reading) throw new Error(JSON.stringify(reading.refusal));
  return reading.event;
};
const code = (raw: unknown, more = {}) => {
  const reading = readEvent(raw, 3, { ...context, ...more });
  return 'refusal' in reading ? reading.refusal.code : 'accepted';
};

describe('an event at the door', () => {
  it('is taken apart into what is shared and what is personal', () => {
    const read = accepted(event({}, { ...leg, customer: 'C 7', recordingUrl: 'https://r.example/1', unknownField: 1 }));
    expect(read).toMatchObject({
      source: 'acd',
      id: 'e-1',
      type: 'interaction.ended',
      time: Date.parse('2026-03-11T09:05:00Z'),
      agent: { source: 'acd', name: 'ana' },
      customer: 'C 7',
      interaction: 'c-1',
      personal: { recordingUrl: 'https://r.example/1' },
    });
    expect(read.data).toEqual({
      queue: 'sales',
      channel: 'voice',
      direction: 'inbound',
      offeredAt: '2026-03-11T09:00:00Z',
      endedAt: '2026-03-11T09:05:00Z',
      waitMs: 0,
      ringMs: 0,
      talkMs: 240_000,
      holdMs: 0,
      holdCount: 0,
      acwMs: 0,
      outcome: 'handled',
      transfer: 'none',
    });
  });

  it.each(['NONE', '[None]', 'NO_SERVER', '-', '?', '', ' ', null])('takes the placeholder %j for nobody', (agent) => {
    expect(accepted(event({}, { ...leg, agent })).agent).toBeNull();
    const state = event({ type: 'agent.state' }, { agent, state: 'pause' });
    expect(accepted(state).agent).toBeNull();
  });

  it('falls back to the end of a leg when it has no time, and to nothing else', () => {
    expect(accepted(event({ time: undefined })).time).toBe(Date.parse('2026-03-11T09:05:00Z'));
    expect(code(event({ time: undefined, type: 'agent.state' }, { agent: 'ana', state: 'pause' }))).toBe(
      'time_missing',
    );
  });

  it.each([
    ['invalid_envelope', 'text'],
    ['invalid_envelope', null],
    ['invalid_envelope', []],
    ['invalid_envelope', event({ specversion: '0.3' })],
    ['invalid_envelope', event({ source: '' })],
    ['invalid_envelope', event({ time: 'yesterday' })],
    ['invalid_envelope', event({ time: '2026-03-11T09:05:00' })],
    ['id_invalid', event({ id: '' })],
    ['id_invalid', event({ id: 7 })],
    ['id_invalid', event({ id: 'a\u0000b' })],
    ['id_invalid', event({ id: '\ud800' })],
    ['id_invalid', event({ id: 'x'.repeat(201) })],
    ['type_unknown', event({ type: 'person.saved' })],
    ['type_unknown', event({ type: 'toString' })],
    ['type_unknown', event({ type: '__proto__' })],
    ['source_reserved', event({ source: 'floorlight' })],
    ['source_reserved', event({ source: ' Floorlight' })],
    ['time_ahead', event({ time: '2026-03-12T10:00:01Z' })],
    ['time_ahead', event({}, { ...leg, endedAt: '9999-01-01T00:00:00Z' })],
    ['time_before_epoch', event({ time: '1989-12-31T23:59:59Z' })],
    ['time_before_epoch', event({}, { ...leg, offeredAt: '0001-01-01T00:00:00Z' })],
    ['data_invalid', event({ data: undefined })],
    ['data_invalid', event({ data: 'text' })],
    ['data_invalid', event({}, { ...leg, talkMs: -1 })],
    ['data_invalid', event({}, { ...leg, talkMs: 1.5 })],
    ['data_invalid', event({}, { ...leg, talkMs: Number.POSITIVE_INFINITY })],
    ['data_invalid', event({}, { ...leg, talkMs: '240000' })],
    ['data_invalid', event({}, { ...leg, outcome: 'won' })],
    ['data_invalid', event({}, { ...leg, queue: 'a\ud800' })],
    ['data_invalid', event({}, JSON.parse('{"__proto__":{"agent":"x"}}'))],
    ['agent_emotion', event({}, { ...leg, agentSentiment: -0.4 })],
    ['agent_emotion', event({}, { ...leg, analysis: { agent_emotion: 'angry' } })],
    ['agent_emotion', event({}, { ...leg, sentiment: { AGENT: -1, CUSTOMER: 2 } })],
    ['agent_emotion', event({ agentmood: 'low' })],
    ['agent_emotion', event({ type: 'measurement.recorded' }, { agent: 'ana', fact: 'emotion_score', value: 1 })],
    ['currency_other', event({ type: 'sale.closed' }, { agent: 'ana', amountMinor: 100, currency: 'USD' })],
    ['data_invalid', event({ type: 'survey.answered' }, { kind: 'nps', score: 11, scaleMin: 0, scaleMax: 10 })],
    [
      'data_invalid',
      event(
        { type: 'adherence.measured' },
        {
          agent: 'ana',
          from: '1990-01-01T00:00:00Z',
          to: '2026-01-01T00:00:00Z',
          scheduledMs: 1,
          adherentMs: 1,
        },
      ),
    ],
  ])('is refused as %s: %j', (expected, raw) => {
    expect(code(raw)).toBe(expected);
  });

  it('says where in the data it is wrong', () => {
    expect(readEvent(event({}, { ...leg, holdMs: -5 }), 3, context)).toEqual({
      refusal: { index: 3, id: 'e-1', code: 'data_invalid', message: expect.stringMatching(/^data\.holdMs: /) },
    });
  });

  it("leaves the house's own facts to the house, in a measurement and in its correction", () => {
    const measured = (fact: string) => ({ agent: 'ana', fact, value: 1 });
    for (const fact of FACT_NAMES) {
      expect(readEvent(event({ type: 'measurement.recorded' }, measured(fact)), 3, context)).toEqual({
        refusal: { index: 3, id: 'e-1', code: 'data_invalid', message: expect.stringMatching(/^data\.fact: /) },
      });
    }
    expect(code(event({ type: 'measurement.recorded' }, measured('stars')))).toBe('accepted');
    const data = { of: { source: 'acd', id: 'e-9' }, action: 'replace', data: measured('talk_ms') };
    expect(code(event({ type: 'correction' }, data), { typeOf: () => 'measurement.recorded' })).toBe('data_invalid');
  });

  it('takes what is said about the customer', () => {
    expect(code(event({ type: 'conversation.analyzed' }, { interactionId: 'c', customerSentiment: -0.5 }))).toBe(
      'accepted',
    );
    expect(forbiddenField({ agentView: { customerSentiment: 1 } })).toBeNull();
  });

  it('reads data_base64', () => {
    const data_base64 = Buffer.from(JSON.stringify(leg)).toString('base64');
    expect(accepted(event({ data: undefined, data_base64 })).interaction).toBe('c-1');
    expect(code(event({ data: undefined, data_base64: '???' }))).toBe('data_invalid');
  });

  it('survives nesting without end', () => {
    let deep: unknown = {};
    for (let i = 0; i < 50_000; i++) deep = [deep];
    expect(code(event({}, { ...leg, deep }))).toBe('data_invalid');
  });

  property.prop([fc.anything({ withNullPrototype: true })])('never throws and refuses by the closed list', (raw) => {
    expect([...REJECTIONS, 'accepted']).toContain(code(raw));
  });
  property.prop([
    fc.dictionary(fc.constantFrom('talkMs', 'agent', 'queue', 'endedAt', 'customer', 'segment'), fc.jsonValue()),
  ])('takes any data or says why not', (data) => {
    expect([...REJECTIONS, 'accepted']).toContain(code(event({}, { ...leg, ...data })));
  });
});

describe('a correction at the door', () => {
  const correction = (data: object) => event({ id: 'k-1', type: 'correction' }, data);
  const of = { source: 'other', id: 'e-9' };

  it('carries the parties of the target', () => {
    const read = accepted(correction({ of, action: 'replace', data: { ...leg, customer: 'C', transcriptUrl: 'x' } }), {
      typeOf: () => 'interaction.ended',
    });
    expect(read).toMatchObject({ agent: null, data: { of, action: 'replace' } });
    expect(read.replacement).toMatchObject({
      agent: { source: 'other', name: 'ana' },
      customer: 'C',
      interaction: 'c-1',
    });
    expect(read.data).not.toHaveProperty('data');
  });

  it('is checked against the type of its target where that is known', () => {
    const data = { agent: 'ana', state: 'pause' };
    expect(code(correction({ of, action: 'replace', data }), { typeOf: () => 'interaction.ended' })).toBe(
      'data_invalid',
    );
    expect(code(correction({ of, action: 'replace', data }), { typeOf: () => 'agent.state' })).toBe('accepted');
  });

  it('must have the shape of one type when it comes before its target', () => {
    expect(inferType(leg)).toBe('interaction.ended');
    expect(inferType({ agent: 'ana', amountMinor: 5, currency: 'EUR', units: 1 })).toBe('sale.closed');
    expect(inferType({ agent: 'ana', units: 2 })).toBe('offer.made');
    expect(code(correction({ of, action: 'replace', data: { nothing: 'known' } }))).toBe('data_invalid');
    expect(code(correction({ of, action: 'replace', data: leg }))).toBe('accepted');
    expect(code(correction({ of, action: 'replace' }))).toBe('data_invalid');
    expect(code(correction({ of, action: 'retract' }))).toBe('accepted');
  });

  it('is refused for the house, for itself, and with what an agent feels', () => {
    expect(code(correction({ of: { source: 'floorlight', id: 'x' }, action: 'retract' }))).toBe('source_reserved');
    expect(code(correction({ of: { source: 'acd', id: 'k-1' }, action: 'retract' }))).toBe('data_invalid');
    expect(code(correction({ of, action: 'replace', data: { ...leg, agentEmotion: 'sad' } }))).toBe('agent_emotion');
  });
});

describe('a body', () => {
  const read = (type: string, body: string | Buffer, headers = {}) =>
    itemsOf({ 'content-type': type, ...headers }, Buffer.from(body));
  const refusal = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return (error as { status: number }).status;
    }
    return 200;
  };

  it('is read in every content type of the contract', () => {
    expect(read('application/json', '{"a":1}')).toEqual([{ raw: { a: 1 } }]);
    expect(read('Application/JSON; charset="UTF-8"', '\ufeff[{"a":1},2]')).toEqual([{ raw: { a: 1 } }, { raw: 2 }]);
    expect(read('application/cloudevents+json', '{"a":1}')).toHaveLength(1);
    expect(read('application/cloudevents-batch+json', '[]')).toEqual([]);
    expect(read('application/x-ndjson', '{"a":1}\n\nbroken\r\n{"b":2}')).toEqual([
      { raw: { a: 1 } },
      { unreadable: 'the line is not JSON' },
      { raw: { b: 2 } },
    ]);
  });

  it('is read in binary mode from the headers', () => {
    const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/a%20b', 'ce-type': 't', 'ce-other': 'x' };
    expect(read('application/json', '{"a":1}', headers)).toEqual([
      { raw: { specversion: '1.0', id: '1', source: '/a b', type: 't', data: { a: 1 } } },
    ]);
    expect(refusal(() => read('application/xml', '<a/>', headers))).toBe(415);
  });

  it.each([
    [400, 'application/json', '{"a":'],
    [400, 'application/json', ''],
    [400, 'application/json', '5'],
    [400, 'application/cloudevents+json', '[]'],
    [400, 'application/cloudevents-batch+json', '{}'],
    [400, 'application/json', Buffer.from([0x22, 0xff, 0x22])],
    [415, 'text/plain', '{}'],
    [415, '', '{}'],
    [415, 'application/json; charset=klingon', '{}'],
    [413, 'application/json', `[${Array(5001).fill(0)}]`],
  ])('is refused with %i: %s', (status, type, body) => {
    expect(refusal(() => read(type, body))).toBe(status);
  });
});

it('knows placeholders by any case', () => {
  expect(['none', ' NO_SERVER ', '[NONE]'].every(isNobody)).toBe(true);
  expect(isNobody('Nona')).toBe(false);
});
