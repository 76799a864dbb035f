/** A stream of numbers that its key alone decides: the same key tells the same story again. */
export type Chance = {
  /** Uniform over [0, 1). */
  next(): number;
  /** True with this probability. */
  hit(probability: number): boolean;
  /** A whole number in [from, to]. */
  whole(from: number, to: number): number;
  /** Log-normal around a median, rounded to whole units. */
  around(median: number, sigma: number): number;
  /** Exponential waiting time, rounded to whole units. */
  gap(mean: number): number;
  /** How many of something that is expected so many times. */
  count(mean: number): number;
  /** One name of a table of weights. */
  pick<Name extends string>(weights: Readonly<Partial<Record<Name, number>>>): Name;
};

/** @param key anything that names the story, as `2026-03-11 ana` */
export function chanceOf(key: string): Chance {
  const next = sequence(seedOf(key));
  const positive = () => 1 - next();
  const normal = () => Math.sqrt(-2 * Math.log(positive())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    hit: (probability) => next() < probability,
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    around: (median, sigma) => Math.round(median * Math.exp(sigma * normal())),
    gap: (mean) => Math.round(-mean * Math.log(positive())),
    count: (mean) => counted(mean, next),
    pick: (weights) => picked(weights, next()),
  };
}

/** The 32-bit FNV-1a digest of a text, as a seed. */
function seedOf(key: string): number {
  let seed = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) seed = Math.imul(seed ^ key.charCodeAt(i), 0x01000193);
  return seed >>> 0;
}

/** A counter through a mixing function, in the manner of mulberry32. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Poisson: how many unit waits fit into the mean. */
function counted(mean: number, next: () => number): number {
  const least = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > least; count++) product *= 1 - next();
  return count;
}

function picked<Name extends string>(weights: Readonly<Partial<Record<Name, number>>>, at: number): Name {
  const entries = Object.entries(weights) as [Name, number][];
  let left = at * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return (entries.at(-1) as [Name, number])[0];
}
