import type { ScorecardItem, TargetItem } from '#contract/definitions.ts';
import type { Role } from '#contract/words.ts';
import { toldInstant } from '#server/facts/versions/page.ts';
import { newest } from '#server/facts/versions/rules.ts';
import { DEFAULT_SCORECARDS, DEFAULT_TARGETS, type ScorecardVersion } from './defaults.ts';
import { targetKey, weighs } from './definitions.ts';
import { holds, type TargetSaid } from './targets.ts';

type Listed<Item> = { key: string; item: Item };

/** Every version of every target in the order they were said, the house's own first, and the ends of targets too. */
export const allTargets = (own: readonly TargetSaid[]): Listed<TargetItem>[] =>
  [...DEFAULT_TARGETS, ...own].map((target) => ({ key: `${targetKey(target)} ${target.version}`, item: told(target) }));

/**
 * The newest version of each target, whenever it begins, and the house's own where the organisation has none. What has
 * ended is left out; what is to end says when.
 */
export const newestTargets = (own: readonly TargetSaid[], now: number): Listed<TargetItem>[] =>
  [...Map.groupBy([...DEFAULT_TARGETS, ...own], targetKey)].flatMap(([key, versions]) => {
    const found = newest(versions, { holds, now });
    return found ? [{ key, item: { ...told(found.version), ...ending(found.until) } }] : [];
  });

/** Every version of every scorecard in the order they were said, the house's own first, and the ends too. */
export const allScorecards = (own: readonly ScorecardVersion[]): Listed<ScorecardItem>[] =>
  [...DEFAULT_SCORECARDS, ...own].map((card) => ({ key: `${card.role} ${card.version}`, item: toldScorecard(card) }));

/** The newest version of each scorecard as of targets. */
export const newestScorecards = (own: readonly ScorecardVersion[], now: number): Listed<ScorecardItem>[] =>
  [...Map.groupBy([...DEFAULT_SCORECARDS, ...own], ({ role }) => role)].flatMap(([key, versions]) => {
    const found = newest(versions, { holds: weighs, now });
    return found ? [{ key, item: { ...toldScorecard(found.version), ...ending(found.until) } }] : [];
  });

const ending = (until: number | null) => (until === null ? {} : { until: new Date(until).toISOString() });

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
export const toldScorecard = (card: ScorecardVersion): ScorecardItem => ({
  role: card.role as Role,
  kpis: card.kpis,
  gates: card.gates,
  ...(weighs(card) ? {} : { ended: true as const }),
  version: card.version,
  effectiveFrom: toldInstant(card.effectiveFrom),
});
