import { Temporal } from 'temporal-polyfill';
import type { Because } from '#server/attainment/revisits/rules.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';

/** Why points moved, in one sentence: by the event that moved them, and how many they were on the account. */
export function sentenceOf({ type, data }: Pick<LoggedEvent, 'type' | 'data'>, amount: number): string {
  if (type === 'points.awarded' && !isDated(data)) return `${points(amount)} awarded.`;
  if (type === 'points.awarded') return `${points(amount)} for a score of ${scoreOf(data)} ${whenOf(data)}.`;
  if (type === 'points.corrected') return `${reasonOf(data)}: ${changeOf(data)}, ${whenOf(data)}.`;
  if (type === 'badge.withdrawn')
    return `${reasonOf(data)}: ${changeOf(data)}, for the badge ${data.badge} in ${data.tier}, which is withdrawn.`;
  if (type === 'badge.earned') return `${points(amount)} for the badge ${data.badge} in ${data.tier}.`;
  if (type === 'reward.redeemed') return `${points(-amount)} spent on the reward ${rewardOf(data)}.`;
  return `${points(amount)} given back for the reward ${rewardOf(data)}.`;
}

/** What changed a window after it was closed, in words: `A call of 2026-11-12 was corrected`. */
export function reasonOf({ because, zone }: Record<string, unknown>): string {
  const { how, what, at } = because as Because;
  const of = `of ${dateOf(at, String(zone))}`;
  if (how === 'mapped') return `An agent whose work ${of} counted for nobody was assigned`;
  if (how === 'returned') return `A customer ${of} came back`;
  return `${NOUNS[what]} ${of} ${how === 'late' ? 'came in late' : 'was corrected'}`;
}

const NOUNS: Record<Because['what'], string> = {
  call: 'A call',
  contact: 'A contact',
  survey: 'A survey',
  evaluation: 'An evaluation',
  presence: 'Working time',
  event: 'An event',
};

/** What that did to the points: taken back or given, what was spent already, what pays back. */
function changeOf({ amount = 0, before, points: badge, writtenOff, recovered }: Record<string, unknown>): string {
  const difference = Number(amount) - Number(before ?? badge);
  const borne = Number(writtenOff ?? 0);
  const back = Number(recovered ?? 0);
  if (difference > 0)
    return `${counted(difference)} more${back > 0 ? `, ${back} of them for points that had been written off` : ''}`;
  const taken = -difference - borne;
  const spent = borne > 0 ? `${taken > 0 ? ' and ' : ''}${counted(borne)} spent already and written off` : '';
  return `${taken > 0 ? `${counted(taken)} taken back` : ''}${spent}`;
}

/** The score that an award is for, with its one decimal. */
export const scoreOf = (data: Record<string, unknown>): string => (Number(data.score) / 10).toFixed(1);

/** What a reward was called when it moved; events of before told only its id. */
export const rewardOf = ({ title, reward }: Record<string, unknown>): string => String(title ?? reward ?? '');

const points = (n: number): string => (n === 1 ? 'One point' : `${n} points`);

/** The same within a sentence. */
const counted = (n: number): string => (n === 1 ? 'one point' : points(n));

const isDated = ({ zone, from }: Record<string, unknown>): boolean => typeof zone === 'string' && Number.isFinite(from);

const dateOf = (at: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();

/** The window on the calendar of its own zone, wherever it is read. */
function whenOf({ window, zone, from }: Record<string, unknown>): string {
  const begin = Temporal.Instant.fromEpochMilliseconds(Number(from)).toZonedDateTimeISO(String(zone));
  const day = begin.toPlainDate().toString();
  if (window !== 'hour') return `on ${day}`;
  return `in the hour from ${begin.toPlainTime().toString({ smallestUnit: 'minute' })} on ${day}`;
}
