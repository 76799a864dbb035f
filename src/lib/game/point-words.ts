import type { Movement } from '$lib/contract/points.ts';
import { dayOf, decimals, type Setting, signed, timeOfDay } from '$lib/format.ts';
import { named, t } from '$lib/words.ts';

/** What a movement of points was for, in a few words. */
export function movementWords({ kind, about }: Movement, setting: Setting): string {
  if (kind === 'award') {
    const score = decimals((about.score ?? 0) / 10, 1, setting, 1);
    return about.window === 'hour'
      ? t('points.award.hour', { score, time: timeOfDay(about.from ?? 0, setting) })
      : t('points.award.day', { score, day: dayOf(about.from ?? 0, setting) });
  }
  if (kind === 'badge') {
    const badge = named(`badge.${about.badge}`, (about.badge ?? '').replaceAll('-', ' '));
    return t('points.badge', { badge, tier: named(`tier.${about.tier}`, about.tier ?? '') });
  }
  return t(`points.${kind}`, { reward: about.reward ?? '' });
}

/** "+7" or "−120". */
export const movementAmount = (amount: number, setting: Setting): string => signed(amount, 0, setting);
