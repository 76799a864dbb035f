import { add, decimal, divide, type Int, multiply, plus, type Ratio, times } from '#server/facts/kpis/rational.ts';

/** The mean that a small sample is drawn towards, exact and as shown. */
export type Prior = { value: number; ratio: Ratio; from: 'baseline' | 'target' };

export const priorOf = (value: number, from: Prior['from']): Prior => ({ value, ratio: decimal(value), from });

/** (value x n + m0 x n0) / (n + n0), exactly; the value itself where nothing is to be added. */
export function shrunk(value: Ratio, n: Ratio, prior: { m0: Ratio; n0: number }): Ratio {
  if (prior.n0 === 0) return value;
  const weighed = add(multiply(value, n), multiply(prior.m0, { num: prior.n0, den: 1 }));
  return divide(weighed, add(n, { num: prior.n0, den: 1 })) ?? value;
}

/** The same for a value whose denominator is `perUnit` times its sample: fewer and smaller numbers, the same result. */
export function shrunkSum(sum: { num: Int; den: Int }, perUnit: number, prior: { m0: Ratio; n0: number }): Ratio {
  const { m0, n0 } = prior;
  const units = times(n0, perUnit);
  return {
    num: plus(times(sum.num, m0.den), times(m0.num, units)),
    den: times(m0.den, plus(sum.den, units)),
  };
}

/** What peers reached per queue and over all queues, to which a case mix is brought. */
export type Peers = { overall: number; queues: Readonly<Record<string, number>> };

/**
 * A value freed of its mix of queues: raw x peer overall / expected, where expected is the peers' value per queue weighed
 * with one's own contacts there; queues that no peer knows count at the overall value. The raw value where that is zero.
 */
export function unmixed(raw: Ratio, own: readonly { queue: string; contacts: Int }[], peers: Peers): Ratio {
  const overall = decimal(peers.overall);
  let sum: Ratio = { num: 0, den: 1 };
  let contacts: Int = 0;
  for (const part of [...own].sort((a, b) => (a.queue < b.queue ? -1 : 1))) {
    const there = Object.hasOwn(peers.queues, part.queue) ? peers.queues[part.queue] : undefined;
    sum = add(sum, multiply({ num: part.contacts, den: 1 }, there === undefined ? overall : decimal(there)));
    contacts = plus(contacts, part.contacts);
  }
  const expected = divide(sum, { num: contacts, den: 1 });
  return (expected && divide(multiply(raw, overall), expected)) ?? raw;
}

/** One line of a score: a weight, and the attainment in per-mille where the KPI has a value. */
export type Weighed = { weight: number; attainment: number | null };

/** sum(weight x attainment) / sum(weight) / 10 with one decimal, over what has a value, if that is half of the weight; else null. */
export function scoreOfLines(lines: readonly Weighed[]): number | null {
  let [sum, weight, all] = [0, 0, 0];
  for (const line of lines) {
    all += line.weight;
    if (line.attainment === null) continue;
    sum += line.weight * line.attainment;
    weight += line.weight;
  }
  if (weight === 0 || 2 * weight < all) return null;
  return Math.floor((2 * sum + weight) / (2 * weight)) / 10;
}

/** What the score would gain were each line at target: null where there is nothing to gain or no score. */
export function lifts(lines: readonly Weighed[]): (number | null)[] {
  const score = scoreOfLines(lines);
  return lines.map((line, at) => {
    if (score === null || line.attainment === null || line.attainment >= 1000) return null;
    const there = lines.map((other, index) => (index === at ? { ...other, attainment: 1000 } : other));
    return Math.round((scoreOfLines(there) ?? score) * 10 - score * 10) / 10;
  });
}

/** Whether KPIs of at least half of the weight reach their least sample and no gate is missed. */
export function eligible(lines: readonly { weight: number; enough: boolean }[], missed: number): boolean {
  let [enough, all] = [0, 0];
  for (const line of lines) {
    all += line.weight;
    if (line.enough) enough += line.weight;
  }
  return missed === 0 && all > 0 && 2 * enough >= all;
}
