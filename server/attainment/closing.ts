import type { Logger } from 'pino';
import { baselineFor } from '#server/attainment/definitions/baseline.ts';
import { BUCKET_MS, bucketOf, previousWindow, resolveWindow } from '#server/facts/windows.ts';
import { HOUSE, type NewEvent } from '#server/log/catalogue.ts';
import { organisationsOf } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { eventsByIdentity } from '#server/log/store.ts';
import { type Roster, rosterOf } from '#server/people/roster.ts';

const LOOK_MS = 5_000;
/** How long a window stays open for late events after its end. */
export const GRACE_MS = { bucket: 5_000, window: 15 * 60_000 } as const;
const CLOSED = ['hour', 'day', 'week', 'month'] as const;

/**
 * The job that lets time pass: appends `window.closed` for buckets and windows that are over, and `baseline.set` when a
 * day opens. Ids come from what is closed, so that many processes may do it and it happens once.
 */
export function watchWindows(ground: Ground, log: Logger): { stop(): void } {
  const done = new Set<string>();
  let working = false;
  const look = async (): Promise<void> => {
    if (working) return;
    working = true;
    try {
      for (const orgId of await organisationsOf(ground.db)) await pass(ground, orgId, done);
    } catch (error) {
      log.warn({ err: error }, 'the windows could not be closed and will be looked at again');
    } finally {
      working = false;
    }
  };
  void look();
  const timer = setInterval(() => void look(), LOOK_MS);
  return { stop: () => clearInterval(timer) };
}

/** One look at one organisation: appends whatever is due at this moment and not in the log yet. */
export async function pass(ground: Ground, orgId: number, done = new Set<string>()): Promise<void> {
  const now = ground.clock.now();
  const roster = await rosterOf(ground.db, orgId);
  const due = closings(roster, now).filter((event) => !done.has(`${orgId} ${event.id}`));
  const opened = openings(roster, now).filter((day) => !done.has(`${orgId} ${day.id}`));
  const known = await eventsByIdentity(
    ground.db,
    orgId,
    [...due, ...opened].map(({ id }) => ({ source: HOUSE, id })),
  );
  const there = new Set(known.map((event) => event.id));
  const events = due.filter((event) => !there.has(event.id));
  for (const day of opened) {
    if (there.has(day.id)) continue;
    const data = await baselineFor(ground.db, orgId, day);
    // before there is any history the target stands in, and the day is looked at again
    if (Object.keys(data.values).length > 0)
      events.push({ source: HOUSE, id: day.id, type: 'baseline.set', time: now, data });
  }
  if (events.length > 0) await ground.log.submit(orgId, events);
  for (const { id } of [...known, ...events]) done.add(`${orgId} ${id}`);
}

/** The `window.closed` events that are due: the last bucket, and per zone the last window of each kind. */
export function closings(roster: Pick<Roster, 'organisation' | 'sites'>, now: number): NewEvent[] {
  const edge = bucketOf(now - GRACE_MS.bucket) * BUCKET_MS;
  const bucket = closed({ window: 'bucket', to: edge }, `window:bucket:${edge}`, edge + GRACE_MS.bucket);
  const zones = new Set([roster.organisation.timeZone, ...[...roster.sites.values()].map((site) => site.timeZone)]);
  const windows = [...zones].flatMap((zone) =>
    CLOSED.map((window) => {
      const { from, to } = previousWindow(resolveWindow(window, now - GRACE_MS.window, zone), zone);
      return closed({ window, zone, from, to }, `window:${window}:${zone}:${from}`, to + GRACE_MS.window);
    }),
  );
  return [bucket, ...windows];
}

const closed = (data: Record<string, unknown>, id: string, time: number): NewEvent => ({
  source: HOUSE,
  id,
  type: 'window.closed',
  time,
  data,
});

type Opening = { id: string; site: string; role: string; from: number };

/** The days that are open now, per site and role that is measured against its peers. */
function openings(roster: Roster, now: number): Opening[] {
  const roles = new Set([...roster.people.values()].flatMap((person) => person.roles[0] ?? []));
  return [...roster.sites.values()].flatMap((site) => {
    const { from } = resolveWindow('day', now, site.timeZone);
    return [...roles].map((role) => ({ id: `baseline:${site.id}:${role}:${from}`, site: site.id, role, from }));
  });
}
