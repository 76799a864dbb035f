/** How numbers, durations and times are written. Values come as the contract has them: ms, shares 0 to 1, NPS, minor units. */

export type Setting = { locale: string; timeZone: string; currency: string };

/** The first language of an Accept-Language header that the platform knows, else English. */
export function localeOf(header: string | null): string {
  const first = header?.split(',')[0]?.split(';')[0]?.trim();
  try {
    return first ? (Intl.getCanonicalLocales(first)[0] ?? 'en') : 'en';
  } catch {
    return 'en';
  }
}

/** A duration as m:ss, or h:mm:ss from an hour on. Negative durations keep their sign. */
export function duration(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const sign = ms < 0 && seconds > 0 ? '−' : '';
  return h > 0 ? `${sign}${h}:${two(m)}:${two(s)}` : `${sign}${m}:${two(s)}`;
}

export type Figure = { text: string; unit: string };

/** A KPI value as figure and unit, so that the unit can stand small beside it. */
export function figure(value: number, unit: string, setting: Setting): Figure {
  if (unit === 'ms') return { text: duration(value), unit: '' };
  if (unit === 'share') return { text: decimals(value * 100, 1, setting), unit: '%' };
  if (unit === 'nps') return { text: signed(value, 0, setting), unit: '' };
  if (unit === 'money') return { text: money(value, setting), unit: '' };
  if (unit === 'score') return { text: decimals(value, 1, setting, 1), unit: '' };
  return { text: decimals(value, unit === 'count' || unit === 'points' ? 0 : 2, setting), unit: '' };
}

/** The same in one word, for sentences and labels. */
export function written(value: number | null, unit: string, setting: Setting): string {
  if (value === null) return '–';
  const { text, unit: small } = figure(value, unit, setting);
  return small === '%' ? `${text}\u202f%` : text;
}

const MOST_FORMS = 500;
const forms = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** A form is dear to make, and every number of a board is written at every change: the same few are kept. */
function kept<Form extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => Form): Form {
  let form = forms.get(key) as Form | undefined;
  if (!form) {
    // strangers choose their language: what they choose does not pile up
    if (forms.size >= MOST_FORMS) forms.clear();
    form = make();
    forms.set(key, form);
  }
  return form;
}

const numberForm = (locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat =>
  kept(`number ${locale} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale, options));
const dateForm = (locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  kept(`date ${locale} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options));

/** How many digits the minor units of a currency take: 2 for EUR, 0 for JPY. */
export const fractionDigits = (currency: string): number =>
  numberForm('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** Minor units of the organisation's currency, without cents from 1,000 on. */
export function money(minor: number, { locale, currency }: Setting): string {
  const digits = fractionDigits(currency);
  const amount = minor / 10 ** digits;
  const shown = Math.abs(amount) >= 1000 ? 0 : digits;
  return numberForm(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  }).format(amount);
}

export function decimals(value: number, most: number, { locale }: Pick<Setting, 'locale'>, least = 0): string {
  return numberForm(locale, { maximumFractionDigits: most, minimumFractionDigits: least })
    .format(value)
    .replace('-', '−');
}

export function signed(value: number, most: number, setting: Pick<Setting, 'locale'>): string {
  const text = decimals(Math.abs(value), most, setting);
  return value > 0 ? `+${text}` : value < 0 ? `−${text}` : text;
}

/** "14:05" in the given zone. */
export function timeOfDay(instant: string | number, { locale, timeZone }: Setting): string {
  return dateForm(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(new Date(instant));
}

/** "14:05:09" in the given zone. */
export function exactTime(instant: string, { locale, timeZone }: Setting): string {
  return dateForm(locale, { timeStyle: 'medium', hourCycle: 'h23', timeZone }).format(new Date(instant));
}

export function dayOf(instant: string | number, { locale, timeZone }: Setting): string {
  return dateForm(locale, { weekday: 'short', day: 'numeric', month: 'short', timeZone }).format(new Date(instant));
}

/** A month as `YYYY-MM` in words: "November 2026". */
export function monthOf(month: string, { locale }: Pick<Setting, 'locale'>): string {
  return dateForm(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${month}-01T00:00:00Z`),
  );
}

/** The local calendar date of an instant, as YYYY-MM-DD. */
export function isoDay(instant: string | number, timeZone: string): string {
  return dateForm('en-CA', { timeZone }).format(new Date(instant));
}

/** A window in words: the hours of an hour, the date of a day, first and last day of anything longer; of a moment, day and time. */
export function spanText({ name, from, to }: { name: string; from: string; to: string }, setting: Setting): string {
  const { locale, timeZone } = setting;
  if (from === to) return `${dayOf(from, setting)}, ${timeOfDay(from, setting)}`;
  if (name === 'hour' || name === '60m') return `${timeOfDay(from, setting)}–${timeOfDay(to, setting)}`;
  const last = Date.parse(to) - 1;
  const form = dateForm(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone });
  return form.formatRange(new Date(from), new Date(last));
}

/** The age of something: "3 s", "12 min", "5 h", "2 d", "27 y". */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}\u202fs`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}\u202fmin`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}\u202fh`;
  const days = Math.floor(seconds / 86_400);
  return days < 730 ? `${days}\u202fd` : `${Math.floor(days / 365)}\u202fy`;
}

/** A name as it stands inside a sentence: its first letter small, unless it is an abbreviation. */
export function inSentence(name: string): string {
  return /^\p{Lu}(\p{Lu}|\d|$)/u.test(name) ? name : name.charAt(0).toLowerCase() + name.slice(1);
}

/** At most two initials of a name. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const [first = '', last = ''] = words.length > 1 ? [words[0], words.at(-1)] : [words[0], ''];
  return ([...first][0] ?? '·').toUpperCase() + ([...(last ?? '')][0] ?? '').toUpperCase();
}

const two = (n: number) => String(n).padStart(2, '0');
