import { Temporal } from 'temporal-polyfill';
import type { LoggedEvent } from '#server/log/catalogue.ts';

/** Why points moved, in one sentence: by the event that moved them, and how many they were on the account. */
export function sentenceOf({ type, data }: Pick<LoggedEvent, 'type' | 'data'>, amount: number): string {
  if (type === 'points.awarded' && !isDated(data)) return `${points(amount)} awarded.`;
  if (type === 'points.awarded') return `${points(amount)} for a score of ${scoreOf(data)} ${whenOf(data)}.`;
  if (type === 'badge.earned') return `${points(amount)} for the badge ${data.badge} in ${data.tier}.`;
  if (type === 'reward.redeemed') return `${points(-amount)} spent on the reward ${rewardOf(data)}.`;
  return `${points(amount)} given back for the reward ${rewardOf(data)}.`;
}

/** The score that an award is for, with its one decimal. */
export const scoreOf = (data: Record<string, unknown>): string => (Number(data.score) / 10).toFixed(1);

/** What a reward was called when it moved; events of before told only its id. */
export const rewardOf = ({ title, reward }: Record<string, unknown>): string => String(title ?? reward ?? '');

const points = (n: number): string => (n === 1 ? 'One point' : `${n} points`);

const isDated = ({ zone, from }: Record<string, unknown>): boolean => typeof zone === 'string' && Number.isFinite(from);

/** The window on the calendar of its own zone, wherever it is read. */
function whenOf({ window, zone, from }: Record<string, unknown>): string {
  const begin = Temporal.Instant.fromEpochMilliseconds(Number(from)).toZonedDateTimeISO(String(zone));
  const day = begin.toPlainDate().toString();
  if (window !== 'hour') return `on ${day}`;
  return `in the hour from ${begin.toPlainTime().toString({ smallestUnit: 'minute' })} on ${day}`;
}
