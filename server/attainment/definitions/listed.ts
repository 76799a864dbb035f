import type { ScorecardItem, TargetItem } from '#contract/definitions.ts';
import type { Role } from '#contract/words.ts';
import { toldInstant } from '#server/facts/versions/page.ts';
import { DEFAULT_TARGETS, type ScorecardVersion } from './defaults.ts';
import { targetKey } from './definitions.ts';
import { holds, type TargetSaid } from './targets.ts';

type Listed<Item> = { key: string; item: Item };

/** Every version of every target in the order they were said, the house's own first, and the ends of targets too. */
export const allTargets = (own: readonly TargetSaid[]): Listed<TargetItem>[] =>
  [...DEFAULT_TARGETS, ...own].map((target) => ({ key: `${targetKey(target)} ${target.version}`, item: told(target) }));

/**
 * The newest version of each target, whenever it begins, and the house's own where the organisation has none. What has
 * ended is left out; what is to end says when.
 */
export function newestTargets(own: readonly TargetSaid[], now: number): Listed<TargetItem>[] {
  return [...Map.groupBy([...DEFAULT_TARGETS, ...own], targetKey)].flatMap(([key, versions]) => {
    const [last, standing] = [versions.at(-1), versions.findLast(holds)];
    if (!last || !standing) return [];
    if (holds(last)) return [{ key, item: told(last) }];
    const until = last.effectiveFrom ?? now;
    return until <= now ? [] : [{ key, item: { ...told(standing), until: new Date(until).toISOString() } }];
  });
}

/** A target as the wire tells it. */
export function told({ kpi, of, rampDays, marks, version, effectiveFrom }: TargetSaid): TargetItem {
  return {
    kpi,
    ...(of.kind === 'organisation' ? {} : { [of.kind]: of.id }),
    ...(rampDays === null ? {} : { rampDays }),
    ...(marks ?? { ended: true }),
    version,
    effectiveFrom: toldInstant(effectiveFrom),
  } as TargetItem;
}

/** A scorecard as the wire tells it. */
export const toldScorecard = ({ role, kpis, gates, version, effectiveFrom }: ScorecardVersion): ScorecardItem => ({
  role: role as Role,
  kpis,
  gates,
  version,
  effectiveFrom: toldInstant(effectiveFrom),
});
