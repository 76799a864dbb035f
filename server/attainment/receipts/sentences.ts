import type { Marks } from '#contract/performance.ts';
import type { PlanItem } from '#server/attainment/scoring/plan.ts';
import type { Measured } from '#server/attainment/scoring/scoring.ts';

/** How a value is said: durations as m:ss, shares in per cent, money in the currency. */
export type Speech = { own: boolean; name: string; currency: string };

/** What a KPI receipt says first, as "Your average handle time is 4:12 over 38 contacts; the target is 4:30." */
export function kpiSentence(item: PlanItem, measured: Measured, speech: Speech): string {
  const { name, unit, sample } = item.measure.definition;
  const what = speech.own ? `Your ${lowered(name)}` : `${speech.name}: ${lowered(name)}`;
  if (measured.value === null) return `${what} has no value in this window.`;
  const say = (value: number) => said(value, unit, speech.currency);
  const over = sample === item.measure.definition.value ? '' : ` over ${counted(measured.sample, sample)}`;
  const target = item.target ? `; the target is ${targetSaid(item.target.marks, say)}` : '; it has no target';
  return `${what} is ${say(measured.value)}${over}${target}.${measured.provisional ? ' It is provisional.' : ''}${heldSaid(measured)}`;
}

/** What a score receipt says first. */
export function scoreSentence(score: number | null, lines: { valued: number; all: number }, speech: Speech): string {
  const what = speech.own ? 'Your score' : `${speech.name}: the score`;
  if (lines.all === 0) return `${what} has no scorecard behind it.`;
  if (score === null) return `${what} is not there: KPIs of less than half of the weight have a value.`;
  return `${what} is ${score.toFixed(1)} out of 120, from ${lines.valued} of ${lines.all} KPIs.`;
}

/** A value in words. */
export function said(value: number, unit: string, currency: string): string {
  if (unit === 'ms') return duration(value);
  if (unit === 'share') return `${trimmed(value * 100, 1)} %`;
  if (unit === 'money') return money(value, currency);
  return trimmed(value, unit === 'nps' ? 1 : 2);
}

function duration(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const two = (part: number) => String(part).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const text = hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  return ms < 0 ? `-${text}` : text;
}

function money(minor: number, currency: string): string {
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency}`;
}

const trimmed = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

/** The name in mid-sentence, unless it is an abbreviation. */
const lowered = (name: string): string =>
  /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;

const UNITS: [RegExp, string, string][] = [
  [/\/ 60000$/, 'minute', 'minutes'],
  [/^(handled|offered|answered)\b/, 'contact', 'contacts'],
  [/^(csat_n|nps_n|ces_n)$/, 'survey', 'surveys'],
  [/^qa_n$/, 'evaluation', 'evaluations'],
  [/^offers$/, 'offer', 'offers'],
];

function counted(sample: number, formula: string): string {
  const [, one, many] = UNITS.find(([pattern]) => pattern.test(formula)) ?? [null, 'unit', 'units'];
  return `${trimmed(sample, 1)} ${sample === 1 ? one : many}`;
}

const targetSaid = (marks: Marks, say: (value: number) => string): string =>
  'low' in marks ? `${say(marks.low)} to ${say(marks.high)}` : say(marks.target);

const heldSaid = ({ held }: Measured): string =>
  held
    ? ` It is held: ${held.guard} is ${trimmed(held.value * 100, 1)} %, its bound ${trimmed(held.bound * 100, 1)} %.`
    : '';
