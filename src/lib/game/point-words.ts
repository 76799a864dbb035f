import type { Movement, PointsAbout } from '$lib/contract/points.ts';
import { dayOf, decimals, type Setting, signed, timeOfDay } from '$lib/format.ts';
import { named, t } from '$lib/words.ts';

/** What a movement of points was for, in a few words. */
export function movementWords({ kind, about, amount }: Movement, setting: Setting): string {
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
  if (kind === 'correction' || kind === 'withdrawal') return changeWords(about, amount, setting);
  return t(`points.${kind}`, { reward: about.reward ?? '' });
}

/** What was decided again after its window had been closed: why, and what that did to the points. */
function changeWords(about: PointsAbout, amount: number, setting: Setting): string {
  const why = reasonWords(about, setting);
  const [written, paid] = [about.writtenOff ?? 0, about.recovered ?? 0];
  const words = changed({ why, amount, written, paid });
  if (about.badge === undefined) return words;
  const badge = named(`badge.${about.badge}`, about.badge.replaceAll('-', ' '));
  return t('points.change.badge', { words, badge, tier: named(`tier.${about.tier}`, about.tier ?? '') });
}

function changed({
  why,
  amount,
  written,
  paid,
}: {
  why: string;
  amount: number;
  written: number;
  paid: number;
}): string {
  if (written > 0 && amount === 0) return t('points.change.written', { why, points: count(written) });
  if (written > 0) return t('points.change.both', { why, points: count(-amount), written: count(written) });
  if (paid > 0) return t('points.change.paid', { why, points: count(amount + paid), paid: count(paid) });
  return amount < 0
    ? t('points.change.less', { why, points: count(-amount) })
    : t('points.change.more', { why, points: count(amount) });
}

function reasonWords({ because, from = 0 }: PointsAbout, setting: Setting): string {
  const { how, what, at } = because ?? { how: 'corrected', what: 'event', at: from };
  const day = dayOf(at, setting);
  return how === 'returned' || how === 'mapped' ? t(`points.${how}`, { day }) : t(`points.${how}.${what}`, { day });
}

const count = (n: number): string => (n === 1 ? t('points.n.one') : t('points.n', { n }));

/** "+7" or "−120". */
export const movementAmount = (amount: number, setting: Setting): string => signed(amount, 0, setting);
