export type Versioned = { effectiveFrom: number | null; version: number };

/** The version in force at the last instant of a window that ends before `to`; null when none is yet. */
export function inForce<T extends Versioned>(versions: readonly T[], to: number): T | null {
  let found: T | null = null;
  for (const version of versions) {
    if (version.effectiveFrom !== null && version.effectiveFrom >= to) continue;
    if (!found || order(version, found) > 0) found = version;
  }
  return found;
}

/** Versions of one definition in the order in which they hold, each until the next one begins (epoch ms; null: no end is known). */
export function timeline<T extends Versioned>(versions: readonly T[]): (T & { until: number | null })[] {
  const ordered = [...versions].sort(order);
  return ordered.map((version, at) => ({ ...version, until: ordered[at + 1]?.effectiveFrom ?? null }));
}

/**
 * What a list shows of one definition: the newest version that says something, and when it ends; null once it has ended.
 * @param versions in the order in which they were said
 */
export function newest<T extends Versioned>(
  versions: readonly T[],
  { holds, now }: { holds: (version: T) => boolean; now: number },
): { version: T; until: number | null } | null {
  const version = versions.findLast(holds);
  if (!version) return null;
  const ends = versions.filter((other) => other.version > version.version).map((end) => end.effectiveFrom ?? now);
  if (ends.length === 0) return { version, until: null };
  const until = Math.min(...ends);
  return until > now ? { version, until } : null;
}

const BEGIN = -1e18;

/** The later begin comes later; of two that begin at once the one that was said later. */
const order = (a: Versioned, b: Versioned): number =>
  (a.effectiveFrom ?? BEGIN) - (b.effectiveFrom ?? BEGIN) || a.version - b.version;
