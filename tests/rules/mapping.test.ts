import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { durationMs } from '../../server/ingest/files/durations.ts';
import { instantReader } from '../../server/ingest/files/instants.ts';
import { readMapping, rowReader } from '../../server/ingest/files/mapping.ts';
import { cellsOf, recordsOf } from '../../server/ingest/files/records.ts';
import { instantOf, isReal, patternReader } from '../../server/ingest/files/stamps.ts';
import { readEvent } from '../../server/ingest/rules.ts';

const bank = readMapping(
  JSON.parse(
    readFileSync(path.resolve(import.meta.dirname, '../../server/ingest/mappings/anonymous-bank.json'), 'utf8'),
  ),
);
const columns =
  'vru+line call_id customer_id priority type date vru_entry vru_exit vru_time q_start q_exit q_time outcome ser_start ser_exit ser_time server'.split(
    ' ',
  );
const read = rowReader(bank, { columns, source: 'bank', zone: null });
const one = (row: string) => {
  const reading = read(row.split(' '));
  if (!('events' in reading)) throw new Error(JSON.stringify(reading));
  return reading.events[0] as { id: string; data: Record<string, unknown> };
};

describe('the mapping of the bank', () => {
  it('reads a call that an agent took', () => {
    const event = one(
      'AA0101 33118 27997683 2 PS 990101 6:55:20 6:55:26 6 6:55:26 6:55:43 17 AGENT 6:55:43 6:56:37 54 MICHAL',
    );
    expect(event).toMatchObject({ id: 'AA0101|33118|990101|6:55:20', source: 'bank', type: 'interaction.ended' });
    expect(event.data).toEqual({
      interactionId: 'AA0101|33118|990101|6:55:20',
      queue: 'bank',
      channel: 'voice',
      direction: 'inbound',
      customer: '27997683',
      waitMs: 17_000,
      outcome: 'handled',
      agent: 'MICHAL',
      talkMs: 54_000,
      offeredAt: '1999-01-01T04:55:26.000Z',
      answeredAt: '1999-01-01T04:55:43.000Z',
      endedAt: '1999-01-01T04:56:37.000Z',
    });
  });
  it('puts a service across midnight on the next day', () => {
    const { data } = one(
      'AA0102 28748 0 0 PS 990105 23:59:15 23:59:34 19 0:00:00 0:00:00 0 AGENT 23:59:33 0:03:40 247 BENSION',
    );
    expect(data).toMatchObject({ answeredAt: '1999-01-05T21:59:33.000Z', endedAt: '1999-01-05T22:03:40.000Z' });
    expect(data).not.toHaveProperty('customer');
  });
  it('knows who hung up where, the phantoms, and nobody', () => {
    expect(
      one('AA0101 1 5 2 PS 990101 0:00:31 0:00:36 5 0:00:36 0:03:09 153 HANG 0:00:00 0:00:00 0 NO_SERVER').data,
    ).toMatchObject({ outcome: 'abandoned', waitMs: 153_000 });
    expect(
      one('AA0101 2 0 0 PS 990101 0:34:12 0:34:23 11 0:00:00 0:00:00 0 HANG 0:00:00 0:00:00 0 NO_SERVER').data,
    ).toMatchObject({ outcome: 'left_in_ivr' });
    expect(
      one('AA0101 3 0 0 PS 990101 0:34:12 0:34:23 11 0:34:23 0:34:30 7 AGENT 0:34:30 0:34:40 10 NO_SERVER').data,
    ).not.toHaveProperty('agent');
    expect(
      read(
        'AA0101 4 0 0 PS 990101 0:34:12 0:34:23 11 0:34:23 0:34:30 7 PHANTOM 0:34:30 0:34:40 10 NO_SERVER'.split(' '),
      ),
    ).toHaveProperty('skipped');
  });
  it('takes a negative time in the voice unit as it comes', () => {
    const { data } = one(
      'AA0101 33757 33044546 1 PS 990113 15:46:01 15:45:24 -37 15:45:24 15:46:41 77 HANG 0:00:00 0:00:00 0 NO_SERVER',
    );
    expect(data.offeredAt).toBe('1999-01-13T13:45:24.000Z');
  });
  it.each([
    ['columns', 'AA0101 1 2'],
    ['990231', 'AA0101 1 5 2 PS 990231 0:00:31 0:00:36 5 0:00:36 0:03:09 153 HANG 0:00:00 0:00:00 0 NO_SERVER'],
    ['q_time', 'AA0101 1 5 2 PS 990101 0:00:31 0:00:36 5 0:00:36 0:03:09 long HANG 0:00:00 0:00:00 0 NO_SERVER'],
    ['no rule', 'AA0101 1 5 2 PS 990101 0:00:31 0:00:36 5 0:00:36 0:03:09 153 SOLD 0:00:00 0:00:00 0 NO_SERVER'],
  ])('refuses a broken row and names %s', (part, row) => {
    expect(read(row.split(' '))).toEqual({ refusal: expect.stringContaining(part) });
  });
});

describe('a mapping from outside', () => {
  const base = {
    name: 'x',
    events: [{ type: 'agent.state', id: { columns: ['a'] }, data: { agent: { column: 'a' } } }],
  };
  it('is refused with the paths of what is wrong', () => {
    expect(() => readMapping({ ...base, quotes: '"', events: [{ type: 'coffee.drunk' }] })).toThrow(
      /events\.0\.type[\s\S]*quotes/,
    );
    expect(() => readMapping({ ...base, events: [{ ...base.events[0], data: { agent: { colum: 'a' } } }] })).toThrow(
      /events\.0\.data\.agent/,
    );
  });
  it('names columns, zones and patterns that do not exist', () => {
    const stamped = (stamp: object) => readMapping({ ...base, events: [{ ...base.events[0], time: { stamp } }] });
    const open = (mapping: ReturnType<typeof readMapping>, zone: string | null = 'UTC') =>
      rowReader(mapping, { columns: ['a', 't'], source: 's', zone });
    expect(() => open(readMapping({ ...base, events: [{ ...base.events[0], id: { columns: ['b'] } }] }))).toThrow(
      /"b"/,
    );
    expect(() => open(stamped({ at: 't', format: 'yyyy-QQ' }))).toThrow(/QQ/);
    expect(() => open(stamped({ at: 't', format: 'iso' }), 'Mars/Base')).toThrow(/Mars/);
  });
  it('keeps ids apart that would meet when joined', () => {
    const two = readMapping({ ...base, events: [{ ...base.events[0], id: { columns: ['a', 't'] } }] });
    const reader = rowReader(two, { columns: ['a', 't'], source: 's', zone: null });
    const id = (row: string[]) => (reader(row) as { events: { id: string }[] }).events[0]?.id;
    expect(id(['x|y', 'z'])).not.toBe(id(['x', 'y|z']));
  });
  it('makes several events of one row where several rules hold', () => {
    const mapping = readMapping({
      name: 'survey',
      events: [
        { ...base.events[0], data: { agent: { column: 'a' }, state: { constant: 'pause' } } },
        {
          when: [{ column: 't', blank: false }],
          type: 'survey.answered',
          id: { columns: ['a'], prefix: 'csat' },
          data: {
            score: { number: 't' },
            tags: { list: 't', separator: ';' },
            on: { boolean: 't', true: ['4'], false: ['5'] },
          },
        },
      ],
    });
    const reader = rowReader(mapping, { columns: ['a', 't'], source: 's', zone: null });
    expect(reader(['ana', ''])).toMatchObject({ events: [{ id: 'ana', data: { agent: 'ana', state: 'pause' } }] });
    expect(reader(['ana', '4'])).toMatchObject({
      events: [{}, { id: 'csat|ana', data: { score: 4, tags: ['4'], on: true } }],
    });
    expect(reader(['?', ''])).toMatchObject({ events: [{ data: { state: 'pause' } }] });
  });
});

it('is documented with an example that works', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/reference/mapping.md'), 'utf8');
  const example = readMapping(JSON.parse(page.split('```json')[1]?.split('```')[0] ?? ''));
  const named = ['id', 'kind', 'campaign', 'who', 'result', 'talk', 'begin', 'end', 'stars'];
  const reader = rowReader(example, { columns: named, source: 's', zone: null });
  const reading = reader(['7', '', 'sales', 'ana', 'ok', '02:30', '02.03.2026 10:00:00', '02.03.2026 10:03:00', '4']);
  const { events } = reading as { events: Parameters<typeof readEvent>[0][] };
  expect(events).toHaveLength(2);
  const context = { now: Date.parse('2026-03-11T10:00:00Z'), epoch: 0, currency: 'EUR' };
  for (const event of events) expect(readEvent(event, 0, context)).toHaveProperty('event');
});

describe('times of a file', () => {
  const at = (format: string, cell: string, zone: string | null = 'Europe/Berlin') =>
    instantReader({ at: 't', format }, () => 0, zone)([cell]);
  it.each([
    ['iso', '2026-03-11T10:00:00+01:00', '2026-03-11T09:00:00.000Z'],
    ['unix-s', '1699286234', '2023-11-06T15:57:14.000Z'],
    ['unix-ms', '1699286234123', '2023-11-06T15:57:14.123Z'],
    ['excel', '45000.75', '2023-03-15T17:00:00.000Z'],
    ['EEE, dd MMM yyyy HH:mm:ss', 'Thu, 27 Oct 2016 14:51:34', '2016-10-27T12:51:34.000Z'],
    ['d/M/yyyy h:mm a', '7/1/2026 12:05 am', '2026-01-06T23:05:00.000Z'],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2026-01-07 12:05:06.123456', '2026-01-07T11:05:06.123Z'],
    ['yyyy-MM-ddTHH:mm:ssX', '2026-01-07T12:05:06-0500', '2026-01-07T17:05:06.000Z'],
  ])('%s: %s', (format, cell, expected) => {
    expect(at(format, cell)).toBe(expected);
  });
  it('reads an hour that happens twice as the first and one that does not happen as the later', () => {
    expect(at('yyyy-MM-dd HH:mm', '2026-10-25 02:30')).toBe('2026-10-25T00:30:00.000Z');
    expect(at('yyyy-MM-dd HH:mm', '2026-03-29 02:30')).toBe('2026-03-29T01:30:00.000Z');
  });
  it('refuses times that are none, and zone-less ones without a zone', () => {
    expect(() => at('yyyy-MM-dd HH:mm', '2026-02-30 10:00')).toThrow(/no such time/);
    expect(() => at('HH:mm', '10:00')).toThrow(/no such time/);
    expect(() => at('yyyy-MM-dd HH:mm', '2026-02-03 10:00', null)).toThrow(/--zone/);
    expect(at('iso', ' ')).toBeUndefined();
  });
  property.prop([
    fc.date({ min: new Date('1970-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
    fc.constantFrom('Europe/Berlin', 'America/St_Johns', 'Asia/Jerusalem', 'UTC'),
  ])('reads back what a wall clock in a zone shows', (date, zone) => {
    const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(
      date,
    );
    const local = patternReader('yyyy-MM-dd HH:mm:ss')(shown);
    if (!local || !isReal({ ms: 0, ...local } as never)) throw new Error(shown);
    const back = instantOf({ ...local, ms: 0 } as never, zone);
    const early = Math.floor(date.getTime() / 1000) * 1000 - back;
    // only an hour that the clock shows twice comes back as its first
    expect([0, 3_600_000]).toContain(early);
  });
});

describe('lengths of time in a file', () => {
  it.each([
    ['54', 's', 54_000],
    ['1.5', 's', 1500],
    ['2.5', 'min', 150_000],
    ['250', 'ms', 250],
    ['0.25', 'h', 900_000],
    ['1:02:03', 'h:mm:ss', 3_723_000],
    ['02:03', 'h:mm:ss', 123_000],
    ['75:03', 'mm:ss', 4_503_000],
    ['0.5', 'excel', 43_200_000],
    ['-5', 's', -5000],
    ['abc', 's', null],
    ['1:60', 'mm:ss', null],
    ['1:61:00', 'h:mm:ss', null],
    ['1:02:03', 'mm:ss', null],
    ['1e3', 's', null],
  ] as const)('%s in %s', (text, unit, ms) => {
    expect(durationMs(text, unit)).toBe(ms);
  });
});

describe('the rows of a file', () => {
  const comma = { delimiter: ',', quote: '"' };
  const records = async (text: string) => {
    async function* lines() {
      yield* text.split('\n');
    }
    const rows = [];
    for await (const row of recordsOf(lines(), comma))
      rows.push('cells' in row ? [row.line, ...row.cells] : [row.line, { broken: row.broken }]);
    return rows;
  };
  it.each([
    ['a,b,', ['a', 'b', '']],
    ['"a,b",c', ['a,b', 'c']],
    ['"say ""hi""",""', ['say "hi"', '']],
    ['5" pipe,x', ['5" pipe', 'x']],
    ['"a"b,c', expect.stringContaining('closing quote')],
    ['"a,b', expect.stringContaining('never closed')],
  ])('%s', (text, cells) => {
    expect(cellsOf(text, comma)).toEqual(cells);
  });
  it('may hold line breaks in quotes', async () => {
    expect(await records('a,"x\ny"\r\n\nb,c')).toEqual([
      [1, 'a', 'x\ny'],
      [4, 'b', 'c'],
    ]);
  });
  it('are broken alone: what follows is read', async () => {
    const rest = Array.from({ length: 60 }, (_, n) => `r${n},1`);
    expect(await records(['"a"b,c', 'd,e'].join('\n'))).toEqual([
      [1, { broken: expect.any(String) }],
      [2, 'd', 'e'],
    ]);
    const rows = await records(['"open,1', ...rest].join('\n'));
    expect(rows[0]).toEqual([1, { broken: expect.stringContaining('never closed') }]);
    expect(rows.slice(1)).toEqual(rest.map((row, n) => [n + 2, ...row.split(',')]));
  });
  property.prop([
    fc.array(
      fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', '=') }), { minLength: 2, maxLength: 4 }),
      { maxLength: 6 },
    ),
  ])('come back as they were written', async (table) => {
    const text = table.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');
    const lines = table.flat().join('').split('\n').length;
    if (lines < 40) expect((await records(text)).map((row) => row.slice(1))).toEqual(table);
  });
});
