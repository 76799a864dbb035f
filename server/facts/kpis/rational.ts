/** A whole number: a safe integer while it fits, a BigInt from there on. */
export type Int = number | bigint;

/** An exact fraction; `den` is always above zero. */
export type Ratio = { num: Int; den: Int };

/** The exact sum. */
export function plus(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum <= SAFE && sum >= -SAFE) return sum;
  }
  return BigInt(a) + BigInt(b);
}

/** The exact product. */
export function times(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (product <= SAFE && product >= -SAFE) return product + 0;
  }
  return BigInt(a) * BigInt(b);
}

/** The exact opposite. */
export const negative = (a: Int): Int => (typeof a === 'number' ? 0 - a : -a);

/** A fraction of two whole numbers with the sign above the line; null when `den` is zero. */
export function ratio(num: Int, den: Int): Ratio | null {
  if (den > 0) return { num, den };
  return isZero(den) ? null : { num: negative(num), den: negative(den) };
}

/** a + b, exactly. */
export const add = (a: Ratio, b: Ratio): Ratio =>
  a.den === b.den
    ? { num: plus(a.num, b.num), den: a.den }
    : { num: plus(times(a.num, b.den), times(b.num, a.den)), den: times(a.den, b.den) };

/** a - b, exactly. */
export const subtract = (a: Ratio, b: Ratio): Ratio => add(a, { num: negative(b.num), den: b.den });

/** a x b, exactly. */
export const multiply = (a: Ratio, b: Ratio): Ratio => ({ num: times(a.num, b.num), den: times(a.den, b.den) });

/** a / b, exactly; null when b is zero. */
export const divide = (a: Ratio, b: Ratio): Ratio | null => ratio(times(a.num, b.den), times(a.den, b.num));

/** Below zero, zero or above zero, as a is less than, equal to or greater than b. */
export function compare(a: Ratio, b: Ratio): number {
  const left = times(a.num, b.den);
  const right = times(b.num, a.den);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A number as the exact fraction of its decimal reading, to six places, in lowest terms. */
export function decimal(value: number): Ratio {
  if (Number.isSafeInteger(value)) return { num: value, den: 1 };
  const millionths = Math.round(value * MILLION);
  if (!Number.isSafeInteger(millionths)) return { num: BigInt(Math.round(value)), den: 1 };
  const common = divisor(Math.abs(millionths), MILLION);
  return { num: millionths / common, den: MILLION / common };
}

/** The nearest double. */
export const approximate = (r: Ratio): number => quotient(r.num, r.den);

/** `num / den` rounded once to `digits` decimals (at most 6), half away from zero. `den` is above zero. */
export function round(num: Int, den: Int, digits: 0 | 1 | 6 = 6): number {
  const scale = digits === 6 ? MILLION : digits === 1 ? 10 : 1;
  if (typeof num === 'number' && typeof den === 'number') {
    const size = num < 0 ? -num : num;
    const whole = Math.floor(size / den);
    const twice = 2 * scale * (size - whole * den) + den;
    const scaled = whole * scale + Math.floor(twice / (2 * den));
    if (twice <= SAFE && scaled <= SAFE) return (num < 0 ? 0 - scaled : scaled) / scale;
  }
  return roundBig(BigInt(num), BigInt(den), scale);
}

const SAFE = Number.MAX_SAFE_INTEGER;
const MILLION = 1_000_000;

const isZero = (a: Int) => a === 0 || a === 0n;

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

function quotient(num: Int, den: Int): number {
  const fraction = Number(num) / Number(den);
  if (Number.isFinite(fraction)) return fraction;
  const [a, b] = [BigInt(num), BigInt(den)];
  return Number(a / b);
}

function roundBig(num: bigint, den: bigint, scale: number): number {
  const size = num < 0n ? -num : num;
  const scaled = (2n * size * BigInt(scale) + den) / (2n * den);
  return Number(num < 0n ? -scaled : scaled) / scale;
}
