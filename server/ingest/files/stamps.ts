import { Temporal } from 'temporal-polyfill';

/** A moment on a wall clock, without a zone. */
export type Local = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
};

/** Reads text by a pattern; null when it does not fit. Fields that the pattern lacks stay absent. */
export type LocalReader = (text: string) => (Partial<Local> & { offsetMs?: number }) | null;

/**
 * A reader for a pattern of `yyyy yy MMMM MMM MM M dd d HH H hh h mm m ss s SSS a EEEE EEE X`; other signs stand for
 * themselves. Two-digit years from 70 on are 19xx. `X` is an offset (`Z`, `+02`, `+0200`, `+02:00`).
 * @throws Error when the pattern holds an unknown letter
 */
export function patternReader(pattern: string): LocalReader {
  const takes: Take[] = [];
  let source = '';
  for (const [token] of pattern.matchAll(/([A-Za-z])\1*|[^A-Za-z]+/g)) {
    const known = TOKENS[token];
    if (known) {
      source += known.match;
      takes.push(known.take);
    } else if (/^[A-Za-z]/.test(token) && token !== 'T')
      throw new Error(`"${token}" is no part of a date or time pattern`);
    else source += token.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&').replace(/\s+/g, '\\s+');
  }
  const shape = new RegExp(`^\\s*${source}\\s*$`, 'i');
  return (text) => readBy(shape, takes, text);
}

/** Whether the fields are a day and a time that exist on a calendar and a clock. */
export function isReal(local: Local): boolean {
  const { year, month, day, hour, minute, second, ms } = local;
  if (hour > 23 || minute > 59 || second > 59 || ms > 999 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The local wall clock of a zone-less Excel day number (days since 1899-12-30, fractions are time). */
export function excelLocal(days: number): Local | null {
  if (!Number.isFinite(days) || days < 1 || days > 2_958_466) return null;
  const at = new Date(Date.UTC(1899, 11, 30) + Math.round(days * 86_400_000));
  return localOfUtc(at);
}

/** Moves a wall clock by whole days. */
export function shiftDays(local: Local, days: number): Local {
  return localOfUtc(new Date(utcOf(local) + days * 86_400_000));
}

/** Milliseconds since midnight on the wall clock. */
export function timeOfDayMs(local: Local): number {
  return ((local.hour * 60 + local.minute) * 60 + local.second) * 1000 + local.ms;
}

/**
 * Epoch ms of a wall clock in a zone. A time that happens twice (clocks go back) is the earlier one; a time that does
 * not happen (clocks go forward) is as far behind the gap as it was inside it, so one reads 02:30 as 03:30.
 */
export function instantOf(local: Local, zone: string): number {
  const inMinute = local.second * 1000 + local.ms;
  const minute = utcOf(local) - inMinute;
  return minute - offsetAt(local, minute, zone) + inMinute;
}

// every zone changes its clock on a whole minute, so what holds for a minute's start holds for the minute
const offsets = new Map<string, Map<number, number>>();
const OFFSETS_KEPT = 200_000;

function offsetAt({ year, month, day, hour, minute: m }: Local, minute: number, zone: string): number {
  const known = offsets.get(zone) ?? new Map<number, number>();
  const kept = known.get(minute);
  if (kept !== undefined) return kept;
  const wall = new Temporal.PlainDateTime(year, month, day, hour, m);
  const offset = minute - wall.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
  if (known.size >= OFFSETS_KEPT) known.clear();
  offsets.set(zone, known.set(minute, offset));
  return offset;
}

type Read = Partial<Local> & { offsetMs?: number; afternoon?: boolean };
type Take = (text: string) => Read;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const number =
  (key: keyof Local): Take =>
  (text) => ({ [key]: Number(text) });
const month: Take = (text) => ({ month: MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1 });
const century: Take = (text) => ({ year: Number(text) + (Number(text) >= 70 ? 1900 : 2000) });
const nothing: Take = () => ({});

const TOKENS: Record<string, { match: string; take: Take }> = {
  yyyy: { match: '(\\d{4})', take: number('year') },
  yy: { match: '(\\d{2})', take: century },
  MMMM: { match: '([a-z]{3,9})', take: month },
  MMM: { match: '([a-z]{3})', take: month },
  MM: { match: '(\\d{2})', take: number('month') },
  M: { match: '(\\d{1,2})', take: number('month') },
  dd: { match: '(\\d{2})', take: number('day') },
  d: { match: '(\\d{1,2})', take: number('day') },
  HH: { match: '(\\d{2})', take: number('hour') },
  H: { match: '(\\d{1,2})', take: number('hour') },
  hh: { match: '(\\d{2})', take: number('hour') },
  h: { match: '(\\d{1,2})', take: number('hour') },
  mm: { match: '(\\d{2})', take: number('minute') },
  m: { match: '(\\d{1,2})', take: number('minute') },
  ss: { match: '(\\d{2})', take: number('second') },
  s: { match: '(\\d{1,2})', take: number('second') },
  SSS: { match: '(\\d{1,9})', take: (text) => ({ ms: Number(text.padEnd(3, '0').slice(0, 3)) }) },
  a: { match: '([ap])\\.?m\\.?', take: (text) => ({ afternoon: text.toLowerCase() === 'p' }) },
  EEEE: { match: '([a-z]{3,9})', take: nothing },
  EEE: { match: '([a-z]{2,3})', take: nothing },
  X: { match: '(Z|[+-]\\d{2}(?::?\\d{2})?)', take: (text) => ({ offsetMs: offsetOf(text) }) },
};

function readBy(shape: RegExp, takes: Take[], text: string): ReturnType<LocalReader> {
  const match = shape.exec(text);
  if (!match) return null;
  const read: Read = {};
  for (const [i, take] of takes.entries()) Object.assign(read, take(match[i + 1] ?? ''));
  const { afternoon, ...local } = read;
  if (afternoon === undefined || local.hour === undefined) return local;
  if (local.hour < 1 || local.hour > 12) return null;
  return { ...local, hour: (local.hour % 12) + (afternoon ? 12 : 0) };
}

function offsetOf(text: string): number {
  if (text.toUpperCase() === 'Z') return 0;
  const digits = text.replace(/[^\d]/g, '').padEnd(4, '0');
  const ms = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
  return text.startsWith('-') ? -ms : ms;
}

export function utcOf(local: Local): number {
  return Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second, local.ms);
}

function localOfUtc(at: Date): Local {
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    ms: at.getUTCMilliseconds(),
  };
}
