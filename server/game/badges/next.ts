import type { BadgeNext } from '#contract/badges.ts';
import { said } from '#server/attainment/receipts/sentences.ts';
import type { Plan, PlanItem } from '#server/attainment/scoring/plan.ts';
import { type Badge, type Reading, TIERS, type Tier } from './rules.ts';

type Open = { reading: Reading; has: readonly Tier[]; plan: Plan | null };

/** The next tier of the window that is open; null once all of them are earned. Pure. */
export function nextOf(badge: Badge, open: Open): BadgeNext | null {
  const tier = TIERS.find((one) => !open.has.includes(one));
  if (!tier) return null;
  const { goal } = badge.tiers[tier];
  const { value, standing } = open.reading;
  const progress = Math.max(0, Math.min(1000, Math.floor((1000 * (value ?? 0)) / goal)));
  const shown = shownOf(badge, { tier, ...open });
  return { tier, ...shown, progress, standing, words: wordsOf(badge, { tier, ...open }) };
}

type Shown = Open & { tier: Tier };

/** Value and goal as they are shown: contacts and days as they are counted, a KPI in its own unit. */
function shownOf(badge: Badge, { tier, reading, plan }: Shown): Pick<BadgeNext, 'value' | 'goal' | 'unit'> {
  if (badge.condition.kind !== 'kpi') return { value: reading.value, goal: badge.tiers[tier].goal, unit: 'count' };
  const item = plan?.items.get(badge.condition.kpi) ?? null;
  const unit = item?.measure.definition.unit ?? 'number';
  return { value: reading.measured?.scored ?? null, goal: item && goalOf(item, badge.tiers[tier].goal), unit };
}

/** The value at which a KPI has an attainment of 1000 to 1200. */
function goalOf({ target }: PlanItem, attainment: number): number | null {
  if (!target || 'low' in target.marks) return null;
  const { target: aim, stretch } = target.marks;
  return Math.round((aim + ((stretch - aim) * (attainment - 1000)) / 200) * 1e6) / 1e6;
}

function wordsOf(badge: Badge, shown: Shown): string {
  const { tier, reading, plan } = shown;
  const { measured, standing } = reading;
  if (standing === 'held') return 'Held: nothing is earned while a guard of your handle time is out of bounds.';
  if (badge.condition.kind !== 'kpi')
    return standing === 'not_eligible'
      ? `${badge.tiers[tier].words}, with enough data for your score.`
      : `${badge.tiers[tier].words}.`;
  const item = plan?.items.get(badge.condition.kpi);
  const { goal, unit } = shownOf(badge, shown);
  if (!item || goal === null) return 'Waits for a target.';
  const say = (value: number) => said(value, unit, 'EUR');
  const name = item.measure.definition.name;
  if (measured?.value == null) return `${name} at ${say(goal)}; nothing to count yet.`;
  const more = Math.ceil(item.minSample - measured.sample);
  if (standing === 'provisional' && more > 0) return `${name} at ${say(goal)}; needs ${more} more to count.`;
  const counts = measured.scored === null ? '' : `; yours counts as ${say(measured.scored)}`;
  return `${name} at ${say(goal)}${counts}.`;
}
