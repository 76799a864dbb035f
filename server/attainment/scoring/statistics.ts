/** The 97.5 % point of the normal distribution, as every interval here takes it. */
export const Z = 1.959964;

/** Fewest buckets that carry an interval of a mean or ratio. */
export const LEAST_BUCKETS = 5;

/** The level at which a guard or a gate on a proportion speaks. */
export const ALPHA = 0.025;

/** Wilson's 95 % interval of a proportion of `n` units (Wilson 1927); null without units or for no proportion. */
export function wilson(share: number, n: number): [number, number] | null {
  if (!(n > 0) || !(share >= 0) || share > 1) return null;
  const square = Z * Z;
  const middle = (share + square / (2 * n)) / (1 + square / n);
  const half = (Z * Math.sqrt((share * (1 - share)) / n + square / (4 * n * n))) / (1 + square / n);
  return [sixth(Math.max(0, middle - half)), sixth(Math.min(1, middle + half))];
}

/** What a bucket adds above and below the line of a ratio. */
export type BucketPair = { num: number; den: number };

/**
 * The 95 % interval of sum(num) / sum(den) over buckets, by linearisation (Cochran 1977, chapter 6) with Student's t.
 * Buckets in which nothing happened do not count; under five, or without anything below the line, none.
 */
export function ratioInterval(pairs: readonly BucketPair[]): [number, number] | null {
  const used = pairs.filter((pair) => pair.num !== 0 || pair.den !== 0);
  const k = used.length;
  let [num, den] = [0, 0];
  for (const pair of used) {
    num += pair.num;
    den += pair.den;
  }
  if (k < LEAST_BUCKETS || den === 0) return null;
  const share = num / den;
  const squares = used.map((pair) => (pair.num - share * pair.den) ** 2).sort((a, b) => a - b);
  const sum = squares.reduce((total, square) => total + square, 0);
  const half = (tQuantile(0.975, k - 1) * Math.sqrt((sum * k) / (k - 1))) / Math.abs(den);
  return [sixth(share - half), sixth(share + half)];
}

/** P(X >= x) of a binomial with `n` trials and chance `p`. */
export function upperTail(x: number, n: number, p: number): number {
  if (x <= 0) return 1;
  if (x > n) return 0;
  return incompleteBeta(p, x, n - x + 1);
}

/** P(X <= x) of a binomial with `n` trials and chance `p`. */
export const lowerTail = (x: number, n: number, p: number): number => (x >= n ? 1 : upperTail(n - x, n, 1 - p));

/** `x` of `n` units against the chance that each has by the bound; which side of it is the wrong one. */
export type Count = { x: number; n: number; chance: number; side: 'above' | 'below' };

/** p of the exact one-sided test; 1 where the count is not on the wrong side. */
export function exactP({ x, n, chance, side }: Count): number {
  if (side === 'above') return x > n * chance ? upperTail(x, n, chance) : 1;
  return x < n * chance ? lowerTail(x, n, chance) : 1;
}

/** Whether the exact one-sided test speaks: p <= 0.025. */
export const speaks = (count: Count): boolean => exactP(count) <= ALPHA;

/** The quantile of Student's t for `p` in (0.5, 1) and `df` degrees of freedom, by halving over the exact distribution. */
export function tQuantile(p: number, df: number): number {
  const key = `${p}:${df}`;
  const known = quantiles.get(key);
  if (known !== undefined) return known;
  const found = quantileByHalving(p, df);
  if (quantiles.size < 10_000) quantiles.set(key, found);
  return found;
}

/** P(T <= t) of Student's t with `df` degrees of freedom, for t >= 0. */
export const tDistribution = (t: number, df: number): number => 1 - incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;

/** The regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz), to about 1e-14. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * continued(x, a, b)) / a : 1 - (front * continued(1 - x, b, a)) / b;
}

const quantiles = new Map<string, number>();

const sixth = (value: number): number => {
  const scaled = Math.abs(value) * 1e6;
  const rounded = Math.floor(scaled + 0.5) / 1e6;
  return value < 0 && rounded > 0 ? -rounded : rounded;
};

function quantileByHalving(p: number, df: number): number {
  let [low, high] = [0, 2];
  while (tDistribution(high, df) < p && high < 1e12) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-13 * high; i += 1) {
    const middle = (low + high) / 2;
    if (tDistribution(middle, df) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const TINY = 1e-300;
const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

function continued(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m <= 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return h;
}

/** Stirling's series above 15, the recurrence below. */
function logGamma(z: number): number {
  let shift = 0;
  let x = z;
  while (x < 15) {
    shift += Math.log(x);
    x += 1;
  }
  const square = 1 / (x * x);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
