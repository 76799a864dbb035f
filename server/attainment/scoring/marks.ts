import type { Marks, Status } from '#contract/performance.ts';
import {
  add,
  approximate,
  compare,
  decimal,
  divide,
  type Int,
  multiply,
  type Ratio,
  round,
  subtract,
} from '#server/facts/kpis/rational.ts';

export type Better = 'higher' | 'lower' | 'range';

/** Marks ready to weigh a value: exact, and as doubles for the quick way. */
export type Line = {
  better: Better;
  marks: Marks;
  /** Towards the worse side: where 500 is; where 1000 is; where 1200 is. For a range the ends of it, and its tolerance. */
  exact: { a: Ratio; b: Ratio; c: Ratio };
  quick: { a: number; b: number; c: number };
};

/** Why these marks cannot be taken, or null: strictly ordered in the direction of `better`, within 1e9, finite. */
export function refusalOfMarks(better: Better, marks: Marks): string | null {
  const range = 'low' in marks;
  if (range !== (better === 'range')) return better === 'range' ? 'marks_not_a_range' : 'marks_a_range';
  const values = Object.values(marks) as number[];
  if (!values.every((value) => Number.isFinite(value) && Math.abs(value) <= 1e9)) return 'marks_too_large';
  return strictlyOrdered(better, marks) ? null : 'marks_out_of_order';
}

/** Compiles marks that are in order. */
export function lineOf(better: Better, marks: Marks): Line {
  const [a, b, c] = threeOf(marks);
  return {
    better,
    marks,
    exact: { a: decimal(a), b: decimal(b), c: decimal(c) },
    quick: { a: sixth(a), b: sixth(b), c: sixth(c) },
  };
}

/**
 * Attainment of `num / den` in per-mille, 0 to 1200 (a range: at most 1000): piecewise linear through (floor, 500),
 * (target, 1000), (stretch, 1200), rounded once, half away from zero. `den` is above zero.
 */
export function attainmentOf(line: Line, num: Int, den: Int): number {
  const quick = quickly(line, Number(num) / Number(den));
  return quick ?? exactAttainment(line, { num, den });
}

/** The same in exact fractions throughout. */
export function exactAttainment(line: Line, value: Ratio): number {
  const most = line.better === 'range' ? 1000 : 1200;
  const raw = line.better === 'range' ? exactRange(line, value) : exactSlope(line, value);
  return Math.min(most, Math.max(0, round(raw.num, raw.den, 0)));
}

/** Where a value stands between the marks: below < floor <= near < target <= met < stretch <= exceeded. */
export function statusOf(line: Line, num: Int, den: Int): Status {
  const value = { num, den };
  const { a, b, c } = line.exact;
  if (line.better === 'range') return rangeStatus(value, line);
  const sign = line.better === 'lower' ? -1 : 1;
  if (compare(value, a) * sign < 0) return 'below';
  if (compare(value, b) * sign < 0) return 'near';
  return compare(value, c) * sign < 0 ? 'met' : 'exceeded';
}

/** The bounds of a mark as [least, most]; null where that side is open. */
export function boundsOf(line: Line, mark: 'floor' | 'target' | 'stretch'): [number | null, number | null] {
  if ('low' in line.marks) {
    const { low, high, tolerance } = line.marks;
    return mark === 'floor' ? [sixth(low - tolerance), sixth(high + tolerance)] : [low, high];
  }
  const value = line.marks[mark];
  return line.better === 'lower' ? [null, value] : [value, null];
}

/** The value that a target asks for: its target mark, or the middle of its range. */
export const aimOf = (marks: Marks): number =>
  'low' in marks ? sixth((marks.low + marks.high) / 2) : sixth(marks.target);

const sixth = (value: number): number => approximate(decimal(value));

const threeOf = (marks: Marks): [number, number, number] =>
  'low' in marks ? [marks.low, marks.high, marks.tolerance] : [marks.floor, marks.target, marks.stretch];

function strictlyOrdered(better: Better, marks: Marks): boolean {
  const [a, b, c] = threeOf(marks).map(sixth) as [number, number, number];
  if (better === 'range') return a < b && c > 0;
  return better === 'higher' ? a < b && b < c : a > b && b > c;
}

/** Doubles, and null where their error might reach the next rounding edge. */
function quickly(line: Line, value: number): number | null {
  const { a, b, c } = line.quick;
  const range = line.better === 'range';
  const raw = range ? quickRange(line, value) : quickSlope(line, value);
  const narrow = range ? c : Math.min(Math.abs(b - a), Math.abs(c - b));
  const error = (2e-12 * (Math.abs(value) + Math.abs(a) + Math.abs(b) + Math.abs(c))) / narrow + 1e-9;
  if (!(Math.abs(raw - Math.floor(raw) - 0.5) > error)) return null;
  return Math.min(range ? 1000 : 1200, Math.max(0, Math.round(raw)));
}

function quickSlope({ quick: { a, b, c } }: Line, value: number): number {
  const above = (value - b) * (c - b) > 0;
  return above ? 1000 + (200 * (value - b)) / (c - b) : 1000 + (500 * (value - b)) / (b - a);
}

function quickRange({ quick: { a, b, c } }: Line, value: number): number {
  const outside = Math.max(a - value, value - b, 0);
  return 1000 - (500 * outside) / c;
}

const whole = (value: number): Ratio => ({ num: value, den: 1 });

function exactSlope({ better, exact: { a, b, c } }: Line, value: Ratio): Ratio {
  const sign = better === 'lower' ? -1 : 1;
  const above = compare(value, b) * sign > 0;
  const step = divide(subtract(value, b), above ? subtract(c, b) : subtract(b, a)) ?? whole(0);
  return add(whole(1000), multiply(whole(above ? 200 : 500), step));
}

function exactRange({ exact: { a, b, c } }: Line, value: Ratio): Ratio {
  const outside = compare(value, a) < 0 ? subtract(a, value) : compare(value, b) > 0 ? subtract(value, b) : whole(0);
  return subtract(whole(1000), multiply(whole(500), divide(outside, c) ?? whole(0)));
}

function rangeStatus(value: Ratio, { exact: { a, b, c } }: Line): Status {
  if (compare(value, a) >= 0 && compare(value, b) <= 0) return 'met';
  return compare(value, subtract(a, c)) >= 0 && compare(value, add(b, c)) <= 0 ? 'near' : 'below';
}
