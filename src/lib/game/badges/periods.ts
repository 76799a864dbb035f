import type { Setting } from '$lib/format.ts';
import { t } from '$lib/words.ts';

/** A period in words: `day:2026-11-24` as "24 Nov", `week:…` as "Week of 23 Nov", `month:2026-11` as "November 2026". */
export function periodText(period: string, { locale }: Pick<Setting, 'locale'>): string {
  const [name, date = ''] = period.split(':');
  const form = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(
      new Date(`${date.length === 7 ? `${date}-01` : date}T12:00:00Z`),
    );
  if (name === 'month') return form({ month: 'long', year: 'numeric' });
  const day = form({ day: 'numeric', month: 'short' });
  return name === 'week' ? t('badges.period.week', { day }) : day;
}
