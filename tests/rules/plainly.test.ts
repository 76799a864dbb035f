import { fc, it as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { plainly } from '../../server/ingest/plainly.ts';
import { EVENT_DATA, type EventType } from '../../src/lib/contract/events.ts';

const LEG = {
  interactionId: 'c-1',
  segment: 1,
  agent: 'ana',
  queue: 'sales',
  channel: 'chat',
  direction: 'outbound',
  offeredAt: '2026-03-11T09:00:00Z',
  answeredAt: '2026-03-11T09:00:10.5+01:00',
  endedAt: '2026-03-11T09:05:00Z',
  waitMs: 10_000,
  ringMs: 1_000,
  talkMs: 240_000,
  holdMs: 0,
  holdCount: 0,
  acwMs: 5_000,
  outcome: 'handled',
  transfer: 'blind',
  customer: 'C 7',
  resolved: true,
};
const RIGHT: Partial<Record<EventType, object>> = {
  'interaction.ended': LEG,
  'agent.state': { agent: 'ana', state: 'pause', reason: 'lunch' },
  'sale.closed': { agent: 'ana', amountMinor: 12, currency: 'EUR', units: 2 },
  'offer.made': { agent: 'ana', currency: 'EUR' },
  'ticket.resolved': { agent: 'ana', ticketId: 't-1', customer: 'C 7' },
  'measurement.recorded': { agent: 'ana', fact: 'upsell', value: -3 },
};
const TYPES = Object.keys(RIGHT) as EventType[];
const VALUES = fc.oneof(
  fc.constantFrom(0, -0, -1, 1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, 2_678_400_000, 2_678_400_001),
  fc.constantFrom(
    '',
    ' ',
    'handled',
    'inbound',
    'blind',
    'pause',
    'EUR',
    '2026-03-11T09:00:00Z',
    '2026-02-30T09:00:00Z',
  ),
  fc.constantFrom(
    'a\u0000b',
    '\ud800',
    'x'.repeat(64),
    'x'.repeat(65),
    'x'.repeat(201),
    '2026-03-11 09:00',
    'toString',
  ),
  fc.constantFrom(null, undefined, true, false, [], {}, ['handled']),
  fc.integer(),
  fc.string(),
);

describe('data that is plainly right', () => {
  property.prop(
    [
      fc.constantFrom(...TYPES),
      fc.array(fc.tuple(fc.nat(), VALUES), { maxLength: 3 }),
      fc.subarray(Object.keys(LEG)),
      fc.dictionary(fc.string(), VALUES, { maxKeys: 2 }),
    ],
    { numRuns: 4_000 },
  )('is read as its shape reads it, to the order of its fields, or not at all', (type, changes, without, more) => {
    const shape = EVENT_DATA[type];
    const data: Record<string, unknown> = { ...RIGHT[type], ...more };
    for (const key of without) delete data[key];
    const keys = Object.keys(shape.shape);
    for (const [at, value] of changes) data[keys[at % keys.length] as string] = value;
    const read = plainly(shape)(data);
    if (read !== null) expect(JSON.stringify(read)).toBe(JSON.stringify(shape.parse(data)));
  });

  it('is found to be so, wherever no field needs the shape itself', () => {
    for (const type of ['interaction.ended', 'agent.state', 'ticket.resolved'] as const)
      expect(plainly(EVENT_DATA[type])(RIGHT[type] as Record<string, unknown>), type).toEqual(RIGHT[type]);
    expect(plainly(EVENT_DATA['interaction.ended'])({ ...LEG, recordingUrl: 'https://r.example/1' })).toBeNull();
  });

  it('is not said of a shape with rules over several fields, nor of a check that is not known', () => {
    const pair = z.object({ a: z.int(), b: z.int() }).refine(({ a, b }) => a < b);
    expect(plainly(pair)({ a: 1, b: 2 })).toBeNull();
    expect(plainly(z.object({ a: z.string().startsWith('x') }))({ a: 'xy' })).toBeNull();
    expect(plainly(z.object({ a: z.int().multipleOf(2) }))({ a: 2 })).toBeNull();
    expect(plainly(z.object({ a: z.boolean().default(true) }))({})).toEqual({ a: true });
    expect(plainly(z.object({ a: z.coerce.number() }))({ a: '1' })).toBeNull();
    expect(plainly(z.object({ a: z.string().trim() }))({ a: ' x ' })).toBeNull();
    expect(plainly(z.object({ a: z.string().nullable() }))({ a: 'x' })).toBeNull();
  });
});
