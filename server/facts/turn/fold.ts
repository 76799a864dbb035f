import type { FactSums } from '#contract/facts.ts';
import type { Contribution } from '#server/facts/rules.ts';

/** Contributions added up per person, bucket, queue and channel. */
export class Fold {
  /** Whether anything was taken away, so that rows may have become empty. */
  subtracted = false;
  private readonly rows = new Map<string, Contribution>();

  add(contributions: readonly Contribution[]): void {
    for (const contribution of contributions) this.addOne(contribution, 1);
  }

  subtract(contributions: readonly Contribution[]): void {
    if (contributions.length > 0) this.subtracted = true;
    for (const contribution of contributions) this.addOne(contribution, -1);
  }

  /** What is left, without zeros, in a fixed order of keys. */
  total(): Contribution[] {
    const entries = [...this.rows].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([, row]) => (this.subtracted ? withoutZeros(row) : row)).filter((row) => !isEmpty(row.facts));
  }

  private addOne(contribution: Contribution, sign: 1 | -1): void {
    const { person, bucket, queue, channel, facts } = contribution;
    const key = `${person}\u0000${bucket}\u0000${queue}\u0000${channel}`;
    const row = this.rows.get(key);
    if (row) addFacts(row.facts, facts, sign);
    else this.rows.set(key, { person, bucket, queue, channel, facts: sign === 1 ? { ...facts } : negated(facts) });
  }
}

/** Adds facts to sums in place. */
export function addFacts(sums: FactSums, facts: FactSums, sign: 1 | -1 = 1): void {
  for (const name in facts) sums[name] = (sums[name] ?? 0) + sign * (facts[name] as number);
}

function negated(facts: FactSums): FactSums {
  const sums: FactSums = {};
  addFacts(sums, facts, -1);
  return sums;
}

function withoutZeros(row: Contribution): Contribution {
  const facts: FactSums = {};
  for (const name in row.facts) if (row.facts[name] !== 0) facts[name] = row.facts[name];
  return { ...row, facts };
}

function isEmpty(facts: FactSums): boolean {
  for (const _ in facts) return false;
  return true;
}
