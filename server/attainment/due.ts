import { BUCKET_MS, bucketOf, previousWindow, resolveWindow, type Span } from '#server/facts/windows.ts';
import { HOUSE, type NewEvent } from '#server/log/catalogue.ts';
import type { Roster } from '#server/people/roster.ts';

/** How long a window stays open for late events after its end. */
export const GRACE_MS = { bucket: 5_000, window: 15 * 60_000 } as const;
const CLOSED = ['hour', 'day', 'week', 'month'] as const;

type Calendars = Pick<Roster, 'organisation' | 'sites'>;

/** The `window.closed` events that are due: the last bucket, then per zone the last window of each kind. */
export function closings(roster: Calendars, now: number): NewEvent[] {
  const windows = zonesOf(roster).flatMap((zone) =>
    CLOSED.map((window) => closing(zone, lastClosed(window, now, zone))),
  );
  return [bucketClosing(now), ...windows.sort(byTime)];
}

/** The `window.closed` of the last bucket that is over: up to there, open spans count. */
export function bucketClosing(now: number): NewEvent {
  const edge = bucketOf(now - GRACE_MS.bucket) * BUCKET_MS;
  return closed({ window: 'bucket', to: edge }, `window:bucket:${edge}`, edge + GRACE_MS.bucket);
}

/** The `window.closed` events of all windows whose end and grace lie within (from, to], in order of time. */
export function closingsWithin(roster: Calendars, { from, to }: { from: number; to: number }): NewEvent[] {
  const found: NewEvent[] = [];
  for (const zone of zonesOf(roster)) {
    for (const window of CLOSED) {
      let span = lastClosed(window, to, zone);
      for (; span.to + GRACE_MS.window > from; span = previousWindow(span, zone)) found.push(closing(zone, span));
    }
  }
  return found.sort(byTime);
}

/** Of closings in order of time those that come after the last one of their kind and zone that is known. */
export function missedAfter(all: readonly NewEvent[], isKnown: (id: string) => boolean): NewEvent[] {
  const kinds = Map.groupBy(all, ({ data }) => `${data.window} ${data.zone}`);
  return [...kinds.values()]
    .flatMap((same) => {
      const last = same.findLastIndex(({ id }) => isKnown(id));
      return last < 0 ? [] : same.slice(last + 1);
    })
    .sort(byTime);
}

export type Opening = { id: string; site: string; role: string; from: number };

/** The days that are open now, per site and role that is measured against its peers. */
export function openings(roster: Roster, now: number): Opening[] {
  const roles = new Set([...roster.people.values()].flatMap((person) => person.roles[0] ?? []));
  return [...roster.sites.values()].flatMap((site) => {
    const { from } = resolveWindow('day', now, site.timeZone);
    return [...roles].map((role) => ({ id: `baseline:${site.id}:${role}:${from}`, site: site.id, role, from }));
  });
}

const byTime = (a: NewEvent, b: NewEvent): number => a.time - b.time || (a.id < b.id ? -1 : 1);

const zonesOf = ({ organisation, sites }: Calendars): string[] => [
  ...new Set([organisation.timeZone, ...[...sites.values()].map((site) => site.timeZone)]),
];

const lastClosed = (window: (typeof CLOSED)[number], now: number, zone: string): Span =>
  previousWindow(resolveWindow(window, now - GRACE_MS.window, zone), zone);

const closing = (zone: string, { name, from, to }: Span): NewEvent =>
  closed({ window: name, zone, from, to }, `window:${name}:${zone}:${from}`, to + GRACE_MS.window);

const closed = (data: Record<string, unknown>, id: string, time: number): NewEvent => ({
  source: HOUSE,
  id,
  type: 'window.closed',
  time,
  data,
});
