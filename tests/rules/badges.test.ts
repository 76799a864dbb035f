import { expect, it } from 'vitest';
import type { PersonResult } from '../../server/attainment/performance/people.ts';
import { planFor } from '../../server/attainment/scoring/plan.ts';
import { scoreOf } from '../../server/attainment/scoring/scoring.ts';
import { BUILT_IN } from '../../server/facts/kpis/catalogue.ts';
import { measureFrom } from '../../server/facts/kpis/measure.ts';
import {
  BADGES,
  badgeOf,
  earnedId,
  periodOf,
  readingOf,
  TIERS,
  tierHeld,
  tiersHeld,
} from '../../server/game/badges/rules.ts';

const DAY = 86_400_000;
const span = { name: 'day', from: Date.parse('2026-03-10T23:00:00Z'), to: Date.parse('2026-03-11T23:00:00Z') };
const kpis = new Map(
  [...BUILT_IN.values()].map((definition) => [
    definition.id,
    measureFrom({ definition, version: 0, effectiveFrom: null, builtIn: true }),
  ]),
);
const MARKS = {
  aht: { floor: 400_000, target: 300_000, stretch: 200_000 },
  transfer_rate: { floor: 0.2, target: 0.1, stretch: 0.05 },
  csat: { floor: 0.7, target: 0.8, stretch: 0.9 },
  adherence: { floor: 0.85, target: 0.9, stretch: 0.95 },
  quality: { floor: 0.75, target: 0.85, stretch: 0.95 },
  fcr: { floor: 0.6, target: 0.7, stretch: 0.8 },
};

/** Ana's day from her facts; a good one of 40 contacts unless told otherwise. */
function dayOf(facts: Record<string, number> = {}, name = 'day'): PersonResult {
  const sums = { handled: 40, talk_ms: 40 * 230_000, acw_ms: 40 * 20_000, ...facts };
  const subject = {
    kind: 'person' as const,
    id: 'ana',
    role: 'agent' as const,
    team: 'red',
    site: 'main',
    startedOn: null,
  };
  const targets = Object.entries(MARKS).map(([kpi, marks]) => ({
    kpi,
    of: { kind: 'organisation' as const, id: '' },
    rampDays: null,
    marks,
    version: 1,
    effectiveFrom: null,
    name: 'organisation',
  }));
  const weights = { aht: 40, transfer_rate: 15, csat: 20, quality: 15, adherence: 10 };
  const card = Object.entries(weights).map(([kpi, weight]) => ({ kpi, weight }));
  const plan = planFor(
    {
      span: { ...span, name },
      kpis,
      targets: Map.groupBy(targets, (target) => target.kpi),
      scorecards: new Map([['agent', { role: 'agent', kpis: card, gates: [], version: 1, effectiveFrom: null }]]),
      baselines: new Map(),
      plans: new Map(),
    },
    subject,
  );
  return { subject, figures: { sums }, lastAt: 0, plan, scored: scoreOf(plan, { sums }, span.to) };
}

const heldOf = (id: string, results: PersonResult[], now = span.to) => {
  const badge = badgeOf(id);
  if (!badge) throw new Error(id);
  return tierHeld(badge, readingOf(badge, results, now));
};
const standing = (id: string, result: PersonResult, now = span.to) =>
  readingOf(badgeOf(id) as NonNullable<ReturnType<typeof badgeOf>>, [result], now).standing;

it('there are six, each of three tiers that ask for more and give more', () => {
  expect(BADGES).toHaveLength(6);
  expect(new Set(BADGES.map(({ id }) => id)).size).toBe(6);
  for (const { tiers } of BADGES) {
    expect(tiers.bronze.goal).toBeLessThan(tiers.silver.goal);
    expect(tiers.silver.goal).toBeLessThan(tiers.gold.goal);
    expect(tiers.bronze.points).toBeLessThan(tiers.silver.points);
    expect(tiers.silver.points).toBeLessThan(tiers.gold.points);
  }
});

it.each([
  [19, null],
  [20, 'bronze'],
  [44, 'bronze'],
  [45, 'silver'],
  [65, 'gold'],
])('full house: %i contacts are %s', (handled, tier) => {
  const facts = { handled, talk_ms: handled * 230_000, acw_ms: handled * 20_000 };
  expect(heldOf('full-house', [dayOf(facts)])).toBe(tier);
});

it('short contacts do not count, and too many of them hold it', () => {
  expect(heldOf('full-house', [dayOf({ handled: 46, short: 2 })])).toBe('bronze');
  expect(standing('full-house', dayOf({ handled: 60, short: 20 }))).toBe('held');
  expect(heldOf('full-house', [dayOf({ handled: 60, short: 20 })])).toBeNull();
});

it('who is not eligible earns nothing', () => {
  const result = dayOf();
  expect(heldOf('full-house', [{ ...result, scored: { ...result.scored, eligible: false } }])).toBeNull();
});

it('four perfect surveys are too few, and what is provisional for want of time waits', () => {
  expect(standing('kind-ear', dayOf({ csat_n: 4, csat_top: 4 }))).toBe('provisional');
  expect(heldOf('kind-ear', [dayOf({ csat_n: 4, csat_top: 4 })])).toBeNull();
  expect(heldOf('kind-ear', [dayOf({ csat_n: 40, csat_top: 40 })])).toBe('gold');
  expect(heldOf('one-and-done', [dayOf()])).toBeNull();
  expect(heldOf('one-and-done', [dayOf()], span.to + 7 * DAY)).toBe('gold');
});

it('a value is weighed against the marks: at target bronze, halfway silver, at stretch gold', () => {
  const adherence = (adherent: number) => dayOf({ scheduled_ms: 480 * 60_000, adherent_ms: adherent * 60_000 });
  expect(heldOf('on-the-dot', [adherence(431)])).toBeNull();
  expect(heldOf('on-the-dot', [adherence(432)])).toBe('bronze');
  expect(heldOf('on-the-dot', [adherence(447)])).toBe('silver');
  expect(heldOf('on-the-dot', [adherence(480)])).toBe('gold');
});

it('steady light counts days that may be ranked and hold nothing', () => {
  const good = dayOf({ csat_n: 20, csat_top: 18 });
  expect(good.scored.score).toBeGreaterThanOrEqual(100);
  const hasty = dayOf({ handled: 60, short: 20, talk_ms: 60 * 100_000 });
  expect(heldOf('steady-light', [good, good])).toBeNull();
  expect(heldOf('steady-light', [good, good, good])).toBe('bronze');
  expect(heldOf('steady-light', [good, good, hasty, hasty, hasty])).toBeNull();
  expect(heldOf('steady-light', [good, good, good, good, good])).toBe('gold');
});

it('tiers are a ladder: whoever holds one holds all below, more never holds less, nothing counts without standing', () => {
  for (const badge of BADGES) {
    let before = 0;
    for (let value = 0; value <= 1300; value += 1) {
      const held = tiersHeld(badge, { value, standing: 'counts', measured: null });
      expect(held).toEqual(TIERS.slice(0, held.length));
      expect(held.length).toBeGreaterThanOrEqual(before);
      before = held.length;
      for (const standing of ['none', 'provisional', 'held', 'not_eligible'] as const)
        expect(tierHeld(badge, { value, standing, measured: null })).toBeNull();
    }
    expect(before).toBe(3);
  }
});

it('a period is a window on the local calendar, and names its event', () => {
  expect(periodOf('day', span.from, 'Europe/Berlin')).toBe('day:2026-03-11');
  expect(periodOf('week', Date.parse('2026-03-08T23:00:00Z'), 'Europe/Berlin')).toBe('week:2026-03-09');
  expect(periodOf('month', Date.parse('2026-02-28T23:00:00Z'), 'Europe/Berlin')).toBe('month:2026-03');
  expect(earnedId({ badge: 'craft', tier: 'gold', person: 'ana', period: 'month:2026-03' })).toBe(
    'badge:craft:gold:ana:month:2026-03',
  );
});
