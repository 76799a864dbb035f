import { describe, expect, it } from 'vitest';
import { COMES_BACK_MS } from '../../server/facts/contacts.ts';
import { joinedAt } from '../../server/facts/context/ownership.ts';
import { versionOf } from '../../server/facts/context/settings.ts';
import { LONGEST_STATE_MS } from '../../server/facts/time/spans.ts';
import { earliest, type Past, sealedBy } from '../../server/ingest/sealed.ts';
import type { NewEvent } from '../../server/log/catalogue.ts';
import { closedBefore, cutOf, LEAST_MONTHS, localDay, wholeFrom } from '../../server/log/sealed-past.ts';
import { ALWAYS, edgesBefore, FOREVER } from '../../server/people/rules.ts';

const DAY_MS = 86_400_000;
const MONTH_MS = 31 * DAY_MS;
const at = (iso: string) => Date.parse(iso);

describe('where a past is cut', () => {
  it('is at the begin of a month of the zone, whole months before this one', () => {
    expect(cutOf(at('2026-07-15T12:00:00Z'), 4, 'Europe/Berlin')).toBe(at('2026-02-28T23:00:00Z'));
    expect(cutOf(at('2026-02-28T23:30:00Z'), 13, 'Europe/Berlin')).toBe(at('2025-01-31T23:00:00Z'));
    expect(localDay(at('2026-02-28T23:00:00Z'), 'Europe/Berlin')).toBe('2026-03-01');
  });

  it('leaves what is still taken all that it looks for', () => {
    const cut = at('2026-02-01T00:00:00Z');
    expect(wholeFrom({ cut }) - cut).toBeGreaterThan(LONGEST_STATE_MS);
    expect(closedBefore(cut) - wholeFrom({ cut })).toBeGreaterThan(MONTH_MS + COMES_BACK_MS);
    expect(closedBefore(cut) % 900_000).toBe(0);
  });

  it('lies so far back that more than a month is open', () => {
    for (const now of ['2026-03-01T00:00:00Z', '2026-07-01T00:00:00Z', '2026-12-31T23:59:59Z'].map(at))
      expect(now - closedBefore(cutOf(now, LEAST_MONTHS, 'UTC'))).toBeGreaterThan(MONTH_MS);
  });
});

const BEFORE = at('2026-05-01T00:00:00Z');
const NEW = BEFORE + DAY_MS;
const past: Past = {
  before: BEFORE,
  removed: new Set(['acd\u0001gone']),
  interactions: new Set(['i-gone']),
  targets: new Map([
    ['acd\u0001old', BEFORE - 1],
    ['acd\u0001open', BEFORE],
  ]),
};
const event = (more: Partial<NewEvent>): NewEvent => ({
  ...{ source: 'acd', id: 'e', type: 'offer.made', time: NEW, data: {} },
  ...more,
});
const correction = (id: string, replacement?: NewEvent['replacement']) =>
  event({
    ...{
      type: 'correction',
      time: 0,
      data: { of: { source: 'acd', id }, action: replacement ? 'replace' : 'retract' },
    },
    ...(replacement ? { replacement } : {}),
  });
const iso = (ms: number) => new Date(ms).toISOString();

describe('at the door', () => {
  it.each<[string, NewEvent]>([
    ['of an old time', event({ time: BEFORE - 1 })],
    [
      'a contact that was offered then',
      event({ type: 'interaction.ended', data: { offeredAt: iso(BEFORE - 1), endedAt: iso(NEW) } }),
    ],
    [
      'a schedule that begins then',
      event({ type: 'schedule.published', data: { activities: [{ from: iso(NEW) }, { from: iso(BEFORE - 1) }] } }),
    ],
    ['adherence from then on', event({ type: 'adherence.measured', data: { from: iso(BEFORE - 1), to: iso(NEW) } })],
    ['a survey about a removed interaction', event({ type: 'survey.answered', interaction: 'i-gone' })],
    ['a correction of what is removed', correction('gone')],
    ['a correction of what is old', correction('old')],
    ['a correction that moves something there', correction('open', { data: { endedAt: iso(BEFORE - 1) } })],
    ['a correction that names a removed interaction', correction('open', { interaction: 'i-gone', data: {} })],
  ])('is refused: %s', (_, sealed) => {
    expect(sealedBy(sealed, past)).toContain('2026-05-01T00:00:00.000Z is sealed');
  });

  it.each<[string, NewEvent]>([
    ['of an open time', event({ time: BEFORE })],
    [
      'a contact under the name of a removed interaction',
      event({ type: 'interaction.ended', interaction: 'i-gone', data: { endedAt: iso(NEW) } }),
    ],
    [
      'a sale in a removed interaction, which counts at its own time',
      event({ type: 'sale.closed', interaction: 'i-gone' }),
    ],
    ['a correction of what is open, whenever it was said', correction('open')],
    ['a correction of what has not come yet', correction('unknown')],
  ])('is taken: %s', (_, open) => {
    expect(sealedBy(open, past)).toBeNull();
  });

  it('finds the first instant of what is told', () => {
    expect(earliest({ offeredAt: iso(2_000), endedAt: iso(3_000) })).toBe(2_000);
    expect(earliest({})).toBe(Infinity);
    expect(earliest(undefined)).toBe(Infinity);
  });
});

describe('who somebody was', () => {
  const held = [{ person: 'ana', source: 'acd', agent: 1, validFrom: ALWAYS, validTo: BEFORE - DAY_MS }];
  const asked = (from: number | null, to: number | null) =>
    edgesBefore(BEFORE, [{ path: '/0', person: 'ana', wishes: [{ source: 'acd', agent: 1, from, to }] }], held);

  it('does not begin or end anew in what is sealed', () => {
    expect(asked(BEFORE - 5, null)).toMatchObject([{ path: '/0/identities/0' }]);
    expect(asked(null, BEFORE - 5)).toHaveLength(1);
    expect(asked(null, BEFORE - DAY_MS)).toEqual([]);
    expect(asked(BEFORE, null)).toEqual([]);
    expect(asked(null, null)).toEqual([]);
  });

  it('is one before and another after', () => {
    const owner = (person: string, from = ALWAYS, to = FOREVER) => ({ person, from, to });
    expect(joinedAt(BEFORE, [owner('ana')], [owner('ben')])).toEqual([
      owner('ana', ALWAYS, BEFORE),
      owner('ben', BEFORE),
    ]);
    expect(joinedAt(BEFORE, [owner('ana')], [owner('ana')])).toEqual([owner('ana')]);
    expect(joinedAt(BEFORE, [], [owner('ana')])).toEqual([owner('ana', BEFORE)]);
    expect(joinedAt(ALWAYS, [], [owner('ana')])).toEqual([owner('ana')]);
  });

  it('and the first settings of a queue hold from there on', () => {
    const saved = { time: NEW, position: 1, recordedAt: NEW, data: { id: 'q', name: 'Q', serviceLevelMs: 1 } };
    expect(versionOf(saved, [], BEFORE)?.from).toBe(BEFORE);
    expect(versionOf(saved, [])?.from).toBe(ALWAYS);
  });
});
