import type { BadgeCase, BadgeEarned, BadgeInfo, BadgeItem } from '#contract/badges.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import { figuresOf, figuresOfBuckets, startOf } from '#server/attainment/performance/figures.ts';
import type { PersonResult } from '#server/attainment/performance/people.ts';
import { personSubject } from '#server/attainment/performance/subjects.ts';
import { planFor } from '#server/attainment/scoring/plan.ts';
import { scoreOf } from '#server/attainment/scoring/scoring.ts';
import { resolveWindow, type Span } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { missing } from '#server/foundation/refusals.ts';
import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { rosterOf, zoneOf } from '#server/people/roster.ts';
import { nextOf } from './next.ts';
import { daysOf } from './results.ts';
import { BADGES, type Badge, earnedId, periodOf, readingOf, TIERS } from './rules.ts';
import { countsOf, type EarnedRow, earnedBy } from './store.ts';

/** A badge in words. */
export const infoOf = ({ id, version, name, words, period, when, tiers }: Badge): BadgeInfo => ({
  id,
  version,
  name,
  words,
  art: id,
  period,
  when,
  tiers: TIERS.map((tier) => ({ tier, words: tiers[tier].words, points: tiers[tier].points })),
});

/**
 * What a person earned, and how far it is to the next tier in the windows that are open.
 * @throws Refusal missing for somebody unknown
 */
export function badgeCase(ground: Pick<Ground, 'db' | 'clock'>, orgId: number, person: string): Promise<BadgeCase> {
  const now = ground.clock.now();
  return ground.db.of(orgId).snapshot(async (tx) => {
    const position = String(await flowPosition(tx, orgId));
    const roster = await rosterOf(tx, orgId);
    if (!roster.people.has(person)) throw missing(`There is no person ${person}.`);
    const zone = zoneOf(roster, { kind: 'person', id: person });
    const earned = await earnedBy(tx, orgId, { person, most: MOST });
    const counts = await countsOf(tx, orgId, person);
    const open = await openResults(tx, orgId, { person, now, zone });
    const items = BADGES.map((badge): BadgeItem => {
      const { name, words, art, period } = infoOf(badge);
      const own = earned.filter((row) => row.badge === badge.id);
      const count = (tier: string) => counts.find((row) => row.badge === badge.id && row.tier === tier)?.count ?? 0;
      const current = periodOf(period, resolveWindow(period, now, zone).from, zone);
      const has = own.filter((row) => row.period === current).map((row) => row.tier);
      const results = open(badge);
      const next = nextOf(badge, { reading: readingOf(badge, results, now), has, plan: results[0]?.plan ?? null });
      return {
        badge: badge.id,
        name,
        words,
        art,
        period,
        tier: TIERS.findLast((tier) => count(tier) > 0) ?? null,
        counts: { bronze: count('bronze'), silver: count('silver'), gold: count('gold') },
        earned: own.map(earnedOf),
        next,
      };
    });
    return { person, items, next: null, position };
  });
}

const MOST = 30;

const earnedOf = ({ id, badge, tier, person, period, at, points, celebrate }: EarnedRow): BadgeEarned => ({
  tier,
  period,
  at: new Date(at).toISOString(),
  points,
  celebrate,
  // what was earned again after it was withdrawn has a number behind its period
  receipt: `badge:${badge}:${tier}:${period}${id.slice(earnedId({ badge, tier, person, period }).length)}`,
});

type Asked = { person: string; now: number; zone: string };

/** Somebody's results in the open window of a badge, or on the days of it that are over; facts are read once for all of them. */
async function openResults(tx: Tx, orgId: number, { person, now, zone }: Asked) {
  const spans = (['day', 'week', 'month'] as const).map((name) => resolveWindow(name, now, zone));
  const whole = { from: Math.min(...spans.map(({ from }) => from)), to: Math.max(...spans.map(({ to }) => to)) };
  const asked = { whose: { people: [person] }, span: { name: 'custom', ...whole }, places: true };
  const { buckets } = await figuresOf(tx, orgId, asked);
  const roster = await rosterOf(tx, orgId);
  const subject = personSubject(roster, person);
  const week = spans[1] as Span;
  const days = daysOf({ from: week.from, to: (spans[0] as Span).from }, zone);
  const results = new Map<Span, PersonResult>();
  for (const span of [...spans, ...days]) {
    const own = buckets.filter(({ bucket }) => startOf(bucket) >= span.from && startOf(bucket) < span.to);
    if (!subject || own.length === 0) continue;
    const plan = planFor(await definitionsFor(tx, orgId, span), subject);
    const figures = { ...figuresOfBuckets(own), buckets: own };
    results.set(span, { subject, figures, lastAt: 0, plan, scored: scoreOf(plan, figures, now) });
  }
  return ({ period, condition }: Badge): PersonResult[] =>
    (condition.kind === 'days' ? days : spans.filter(({ name }) => name === period)).flatMap(
      (span) => results.get(span) ?? [],
    );
}
