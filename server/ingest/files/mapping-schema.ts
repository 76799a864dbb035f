import { z } from 'zod';
import { EVENT_TYPES } from '#contract/events.ts';
import { DURATION_UNITS } from './durations.ts';

const Column = z.string().min(1).max(200);
const Texts = z.array(z.string().max(200)).max(1000);

/** A condition on one column: it `is` one of, or is `not` any of, or is `blank` or not, or is below zero or not. */
const Condition = z
  .strictObject({ column: Column, is: Texts.optional(), not: Texts.optional(), blank: z.boolean().optional() })
  .refine((c) => c.is || c.not || c.blank !== undefined, 'needs is, not or blank');

const When = z.array(Condition).max(20).optional();

/** A moment: one column with a format, or a date and a time column. `after`: the moment of the day that comes before it. */
const Stamp = z
  .strictObject({
    at: Column.optional(),
    format: z.string().max(60).optional(),
    date: Column.optional(),
    dateFormat: z.string().max(60).optional(),
    time: Column.optional(),
    timeFormat: z.string().max(60).optional(),
    after: Column.optional(),
    zone: z.string().max(64).optional(),
  })
  .refine((s) => Boolean(s.at && s.format) !== Boolean(s.date && s.dateFormat && s.time && s.timeFormat), {
    message: 'needs either at and format, or date, dateFormat, time and timeFormat',
  });

export type Condition = z.infer<typeof Condition>;
export type Stamp = z.infer<typeof Stamp>;

/** Where a field of an event comes from. */
export type Value = { when?: Condition[] } & (
  | { column: string; blank?: string[]; map?: Record<string, unknown>; otherwise?: unknown }
  | { constant: unknown }
  | { join: string[]; with?: string }
  | { number: string; blank?: string[] }
  | { boolean: string; true: string[]; false: string[]; blank?: string[] }
  | { duration: string; unit: (typeof DURATION_UNITS)[number]; blank?: string[] }
  | { stamp: Stamp }
  | { list: string; separator: string }
  | { first: Value[] }
  | { fields: Record<string, Value> }
  | { items: Value[] }
);

const blank = Texts.optional();
const when = When;

const Value: z.ZodType<Value> = z.lazy(() =>
  z.union(
    [
      z.strictObject({
        column: Column,
        blank,
        map: z.record(z.string(), z.unknown()).optional(),
        otherwise: z.unknown().optional(),
        when,
      }),
      z.strictObject({ constant: z.unknown(), when }),
      z.strictObject({ join: z.array(Column).min(1).max(20), with: z.string().max(5).optional(), when }),
      z.strictObject({ number: Column, blank, when }),
      z.strictObject({ boolean: Column, true: Texts, false: Texts, blank, when }),
      z.strictObject({ duration: Column, unit: z.enum(DURATION_UNITS), blank, when }),
      z.strictObject({ stamp: Stamp, when }),
      z.strictObject({ list: Column, separator: z.string().min(1).max(5), when }),
      z.strictObject({ first: z.array(Value).min(1).max(10), when }),
      z.strictObject({ fields: z.record(z.string(), Value), when }),
      z.strictObject({ items: z.array(Value).max(50), when }),
    ],
    { error: 'is none of column, constant, join, number, boolean, duration, stamp, list, first, fields, items' },
  ),
) as z.ZodType<Value>;

const Data = z.record(z.string().max(64), Value);

const EventRule = z.strictObject({
  when,
  type: z.enum(EVENT_TYPES as [(typeof EVENT_TYPES)[number]]),
  id: z.strictObject({ columns: z.array(Column).min(1).max(20), prefix: z.string().max(40).optional() }),
  time: Value.optional(),
  data: Data,
});

/** A mapping: how the rows of a delimited file become events. The reference page says the same in words. */
export const Mapping = z.strictObject({
  name: z.string().max(200),
  description: z.string().max(2000).optional(),
  source: z.string().max(200).optional(),
  delimiter: z.string().min(1).max(4).default(','),
  quote: z.string().length(1).nullable().default('"'),
  encoding: z.enum(['utf-8', 'utf-16le', 'windows-1252']).default('utf-8'),
  columns: z.array(Column).max(500).optional(),
  zone: z.string().max(64).optional(),
  nobody: Texts.default([]),
  skip: z
    .array(z.strictObject({ when: z.array(Condition).min(1).max(20), reason: z.string().max(200) }))
    .max(50)
    .default([]),
  common: Data.default({}),
  events: z.array(EventRule).min(1).max(50),
  unmatched: z.enum(['reject', 'skip']).default('reject'),
});
export type Mapping = z.infer<typeof Mapping>;
export type EventRule = Mapping['events'][number];
