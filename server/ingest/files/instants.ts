import { Instant } from '#contract/words.ts';
import { isTimeZone } from '#server/foundation/zones.ts';
import { isNumber } from './durations.ts';
import type { Stamp } from './mapping-schema.ts';
import {
  excelLocal,
  instantOf,
  isReal,
  type Local,
  type LocalReader,
  patternReader,
  shiftDays,
  timeOfDayMs,
  utcOf,
} from './stamps.ts';
import { BadCell, type Row } from './values.ts';

type Place = (column: string) => number;
type InstantReader = (cells: Row) => string | undefined;

/**
 * A reader of one moment of a row as RFC 3339, or undefined where the cells are blank.
 * Formats: `iso`, `unix-s`, `unix-ms`, `excel`, or a pattern; see `patternReader`.
 * @throws Error for an unknown zone or pattern, or a zone-less format without any zone
 */
export function instantReader(stamp: Stamp, place: Place, zone: string | null): InstantReader {
  const wall = stamp.zone ?? zone;
  if (wall !== null && !isTimeZone(wall))
    throw new Error(`"${wall}" is no time zone; use an IANA name such as Europe/Berlin.`);
  return stamp.at ? oneColumn(stamp, place(stamp.at), wall) : twoColumns(stamp, place, wall);
}

function oneColumn(stamp: Stamp, place: number, zone: string | null): InstantReader {
  const column = stamp.at as string;
  const format = stamp.format as string;
  const absolute = ABSOLUTE[format];
  const pattern = absolute || format === 'excel' ? null : patternReader(format);
  return (cells) => {
    const cell = (cells[place] ?? '').trim();
    if (cell === '') return undefined;
    if (absolute) return isoOf(absolute(cell), column, cell);
    const local = pattern ? pattern(cell) : isNumber(cell) ? excelLocal(Number(cell)) : null;
    return isoOf(momentOf(local, zone), column, cell);
  };
}

const ABSOLUTE: Record<string, (cell: string) => number | null> = {
  iso: (cell) => (Instant.safeParse(cell).success ? Date.parse(cell) : null),
  'unix-s': (cell) => (isNumber(cell) ? Math.round(Number(cell) * 1000) : null),
  'unix-ms': (cell) => (isNumber(cell) ? Math.round(Number(cell)) : null),
};

/** A date column and a time column. With `after`, the day is the one that puts this moment nearest to the earlier one. */
function twoColumns(stamp: Stamp, place: Place, zone: string | null): InstantReader {
  const { date = '', dateFormat = '', time = '', timeFormat = '', after } = stamp;
  const at = { date: place(date), time: place(time), after: after ? place(after) : null };
  const readDate = patternReader(dateFormat);
  const readTime = patternReader(timeFormat);
  return (cells) => {
    const cell = `${cells[at.date] ?? ''} ${cells[at.time] ?? ''}`.trim();
    if (cell === '') return undefined;
    const local = joined(readDate(cells[at.date] ?? ''), readTime(cells[at.time] ?? ''));
    if (!local) return isoOf(null, `${date}, ${time}`, cell);
    const before = at.after === null ? null : joined(local, readTime(cells[at.after] ?? ''));
    return isoOf(momentOf(before ? nearest(local, before) : local, zone), `${date}, ${time}`, cell);
  };
}

const HALF_DAY_MS = 12 * 60 * 60 * 1000;

/** The same time of day, on the next day when it seems more than half a day early, on the day before when late. */
function nearest(local: Local, before: Local): Local {
  const apart = timeOfDayMs(local) - timeOfDayMs(before);
  if (apart < -HALF_DAY_MS) return shiftDays(local, 1);
  return apart > HALF_DAY_MS ? shiftDays(local, -1) : local;
}

function joined(date: ReturnType<LocalReader>, time: ReturnType<LocalReader>): Local | null {
  if (!date || !time) return null;
  return whole({ ...MIDNIGHT, year: date.year, month: date.month, day: date.day, ...clockOf(time) });
}

const MIDNIGHT = { hour: 0, minute: 0, second: 0, ms: 0 };

function clockOf({ hour = 0, minute = 0, second = 0, ms = 0 }: Partial<Local>) {
  return { hour, minute, second, ms };
}

function whole(local: Partial<Local>): Local | null {
  const { year, month, day } = local;
  if (year === undefined || month === undefined || day === undefined) return null;
  const full = { year, month, day, ...clockOf(local) };
  return isReal(full) ? full : null;
}

function momentOf(read: (Partial<Local> & { offsetMs?: number }) | null, zone: string | null): number | null {
  const local = read && whole(read);
  if (!local) return null;
  if (read.offsetMs !== undefined) return utcOf(local) - read.offsetMs;
  if (zone === null) throw new Error('The file has times without a zone: name one with --zone or in the mapping.');
  return instantOf(local, zone);
}

function isoOf(at: number | null, column: string, cell: string): string {
  const written = at === null || Math.abs(at) > 8.64e15 ? null : new Date(at).toISOString();
  if (written === null || !/^\d{4}-/.test(written))
    throw new BadCell(`${column}: ${JSON.stringify(cell.slice(0, 60))} is no such time`);
  return written;
}
