import { Temporal } from 'temporal-polyfill';
import type { WindowName } from '#contract/windows.ts';
import { invalid } from '#server/foundation/refusals.ts';
import { isTimeZone } from '#server/foundation/zones.ts';

export const BUCKET_MS = 900_000;

/** A window [from, to) in epoch ms, always on bucket edges. */
export type Span = { name: WindowName; from: number; to: number };

/** The bucket that holds an instant: whole quarters of an hour since 1970. */
export const bucketOf = (ms: number): number => Math.floor(ms / BUCKET_MS);

/** The buckets of a window as [from, to). */
export const bucketsOf = (span: { from: number; to: number }): { from: number; to: number } => ({
  from: bucketOf(span.from),
  to: bucketOf(span.to + BUCKET_MS - 1),
});

/** Whether a time zone is known by its IANA name. */
export const isZone = isTimeZone;

/**
 * The window of a name that holds an instant, on the local calendar of a zone.
 * `hour` is a local clock hour (a change of the clock begins a new one), `day` from local midnight (23 to 25 hours),
 * `week` from Monday, `season` the calendar quarter until seasons are defined, `60m` the current and the three
 * previous buckets, `custom` the given edges.
 * @throws a refusal when `custom` has no edges, or edges that are out of order or not on a quarter of an hour
 */
export function resolveWindow(name: WindowName, at: number, zone: string, custom?: { from: number; to: number }): Span {
  if (name === 'custom') return customSpan(custom);
  if (name === '60m') {
    const to = (bucketOf(at) + 1) * BUCKET_MS;
    return { name, from: to - 4 * BUCKET_MS, to };
  }
  return remembered(name, at, zone);
}

/** The window of the same kind right before; a `custom` one moves back by its own length. */
export function previousWindow(span: Span, zone: string): Span {
  if (span.name === 'custom') return { name: 'custom', from: span.from - (span.to - span.from), to: span.from };
  return resolveWindow(span.name, span.from - 1, zone);
}

const REMEMBERED = 8;
const recent = new Map<string, Span[]>();

function remembered(name: CalendarName, at: number, zone: string): Span {
  const key = `${name} ${zone}`;
  const spans = recent.get(key) ?? [];
  recent.set(key, spans);
  for (const span of spans) if (at >= span.from && at < span.to) return span;
  const span = Object.freeze({ name, ...(name === 'hour' ? hourOf(at, zone) : calendarSpan(name, at, zone)) });
  if (spans.unshift(span) > REMEMBERED) spans.pop();
  return span;
}

type CalendarName = Exclude<WindowName, 'custom' | '60m'>;

function customSpan(custom: { from: number; to: number } | undefined): Span {
  if (!custom || !Number.isFinite(custom.from) || !Number.isFinite(custom.to)) {
    throw edges('/from', 'window=custom needs from and to.');
  }
  if (custom.from >= custom.to) throw edges('/from', 'from must be before to.');
  if (custom.from % BUCKET_MS !== 0 || custom.to % BUCKET_MS !== 0) {
    throw edges(custom.from % BUCKET_MS === 0 ? '/to' : '/from', 'from and to must be on quarters of an hour.');
  }
  return { name: 'custom', from: custom.from, to: custom.to };
}

const edges = (path: string, message: string) => invalid('window_edges', message, [{ path, message }]);

function calendarSpan(name: Exclude<CalendarName, 'hour'>, at: number, zone: string): { from: number; to: number } {
  const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
  const first = firstDay(name, date);
  const next = first.add(LENGTH[name]);
  const span = { from: startOf(first, zone), to: startOf(next, zone) };
  // clocks that fell back across midnight repeat the end of a day after the next one began
  if (at >= span.to) return { from: span.to, to: startOf(next.add(LENGTH[name]), zone) };
  return span;
}

const LENGTH = {
  day: { days: 1 },
  week: { days: 7 },
  month: { months: 1 },
  quarter: { months: 3 },
  season: { months: 3 },
} as const;

function firstDay(name: Exclude<CalendarName, 'hour'>, date: Temporal.PlainDate): Temporal.PlainDate {
  if (name === 'day') return date;
  if (name === 'week') return date.subtract({ days: date.dayOfWeek - 1 });
  if (name === 'month') return date.with({ day: 1 });
  return date.with({ day: 1, month: date.month - ((date.month - 1) % 3) });
}

const startOf = (date: Temporal.PlainDate, zone: string): number => date.toZonedDateTime(zone).epochMilliseconds;

const HOUR_MS = 3_600_000;

function hourOf(at: number, zone: string): { from: number; to: number } {
  const offset = offsetAt(at, zone);
  const start = Math.floor((at + offset) / HOUR_MS) * HOUR_MS - offset;
  let from = bucketOf(at) * BUCKET_MS;
  while (from > start && offsetAt(from - BUCKET_MS, zone) === offset) from -= BUCKET_MS;
  let to = (bucketOf(at) + 1) * BUCKET_MS;
  while (to < start + HOUR_MS && offsetAt(to, zone) === offset) to += BUCKET_MS;
  return { from, to };
}

const offsetAt = (at: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
