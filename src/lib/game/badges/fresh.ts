import type { BadgeEarned, BadgeItem } from '$lib/contract/badges.ts';

/** A badge that was earned just now and not shown in this browser yet. */
export type Fresh = Pick<BadgeItem, 'badge' | 'name' | 'art'> & Pick<BadgeEarned, 'tier' | 'at' | 'points' | 'receipt'>;

/** What is old by then is in the case, and needs no celebration any more. */
const LONG_AGO_MS = 12 * 3_600_000;

/** What was earned after an instant (RFC 3339) and may be celebrated, the oldest first. `now` is epoch ms. */
export function freshIn(items: readonly BadgeItem[], seen: string, now: number): Fresh[] {
  return items
    .flatMap(({ badge, name, art, earned }) =>
      earned
        .filter(({ celebrate, at }) => celebrate && at > seen && now - Date.parse(at) < LONG_AGO_MS)
        .map(({ tier, at, points, receipt }) => ({ badge, name, art, tier, at, points, receipt })),
    )
    .sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** The last instant at which something was earned; the beginning of time where nothing was. */
export const lastIn = (items: readonly BadgeItem[]): string =>
  items
    .flatMap(({ earned }) => earned.map(({ at }) => at))
    .sort()
    .at(-1) ?? '1970-01-01T00:00:00.000Z';
