import type { Version } from '$lib/contract/definitions.ts';
import { dayOf, type Setting, timeOfDay } from '$lib/format.ts';
import { t } from '$lib/words/office.ts';

type Told = Version<{ version: number; effectiveFrom: string | null }>;
export type State = 'was' | 'holds' | 'coming' | 'never';

/** Whether a version held, holds, will hold, or was replaced before it began. */
export function stateOf({ effectiveFrom, until }: Told, now: number): State {
  if (until !== null && until === effectiveFrom) return 'never';
  if (effectiveFrom !== null && Date.parse(effectiveFrom) > now) return 'coming';
  return until !== null && Date.parse(until) <= now ? 'was' : 'holds';
}

/** From when until when a version holds, in words. */
export function heldText({ effectiveFrom, until }: Told, setting: Setting): string {
  if (until !== null && until === effectiveFrom) return t('history.replaced', { at: instantOf(until, setting) });
  if (effectiveFrom === null && until === null) return t('history.always');
  if (effectiveFrom === null) return t('history.until', { until: instantOf(until as string, setting) });
  const from = instantOf(effectiveFrom, setting);
  return until === null
    ? t('history.from', { from })
    : t('history.between', { from, until: instantOf(until, setting) });
}

/** When it was said, and by whom. */
export function saidText({ version, saidAt, by }: Told, setting: Setting): string {
  if (saidAt === null) return t('history.house');
  const at = instantOf(saidAt, setting);
  return by === null ? t('history.said', { n: version, at }) : t('history.said.by', { n: version, at, by });
}

/** A day and a time; the year too where it is not this one's. */
const instantOf = (instant: string, setting: Setting): string => {
  const year = new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: setting.timeZone });
  const other = year.format(new Date(instant)) !== year.format(new Date()) ? ` ${year.format(new Date(instant))}` : '';
  return `${dayOf(instant, setting)}${other}, ${timeOfDay(instant, setting)}`;
};
