import type { Logger } from 'pino';
import { baselineFor } from '#server/attainment/definitions/baseline.ts';
import { HOUSE, type NewEvent } from '#server/log/catalogue.ts';
import { organisationsOf } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { eventsByIdentity } from '#server/log/store.ts';
import { rosterOf } from '#server/people/roster.ts';
import { bucketClosing, closings, closingsWithin, missedAfter, type Opening, openings } from './due.ts';

const LOOK_MS = 5_000;
/** How far back windows are looked for that nobody closed, because the house stood still. */
const MISSED_MS = 31 * 86_400_000;

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
      for (const orgId of await organisationsOf(ground.db.lobby)) await pass(ground, orgId, done);
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

/**
 * One look at one organisation: appends whatever is due at this moment and not in the log yet, and what was missed
 * since the last closing that is.
 */
export async function pass(ground: Ground, orgId: number, done = new Set<string>()): Promise<void> {
  const now = ground.clock.now();
  const roster = await rosterOf(ground.db.of(orgId), orgId);
  const at = { ground, orgId, done };
  const due = await unknown(at, closings(roster, now));
  if (due.some((event) => event.data.window !== 'bucket')) {
    const all = closingsWithin(roster, { from: now - MISSED_MS, to: now });
    const open = new Set((await unknown(at, all)).map((event) => event.id));
    const last = new Set(due.map((event) => event.id));
    const missed = missedAfter(all, (id) => !open.has(id)).filter((event) => !last.has(event.id));
    due.splice(due[0]?.data.window === 'bucket' ? 1 : 0, 0, ...missed);
  }
  due.push(...(await baselines(at, openings(roster, now))));
  if (due.length > 0) await ground.log.submit(orgId, due);
  for (const { id } of due) done.add(`${orgId} ${id}`);
}

/**
 * Closes the windows that ended within (from, to], as if the house had stood all the while: for a history that comes in
 * behind its time. Appends in order of time what is not in the log yet. Times are epoch ms.
 */
export async function closeSpan(ground: Ground, orgId: number, span: { from: number; to: number }): Promise<void> {
  const due = [bucketClosing(span.to), ...closingsWithin(await rosterOf(ground.db.of(orgId), orgId), span)];
  const missing = await unknown({ ground, orgId, done: new Set() }, due);
  if (missing.length > 0) await ground.log.submit(orgId, missing);
}

/** Sets the baselines of the day that holds an instant (epoch ms), from what is reflected by now. */
export async function openDay(ground: Ground, orgId: number, at: number): Promise<void> {
  const days = openings(await rosterOf(ground.db.of(orgId), orgId), at);
  const due = await baselines({ ground, orgId, done: new Set() }, days);
  if (due.length > 0) await ground.log.submit(orgId, due);
}

type At = { ground: Ground; orgId: number; done: Set<string> };

/** The `baseline.set` events that are missing for some days; none before there is any history: the day is looked at again. */
async function baselines(at: At, days: readonly Opening[]): Promise<NewEvent[]> {
  const due: NewEvent[] = [];
  for (const day of await unknown(at, days)) {
    const data = await baselineFor(at.ground.db.of(at.orgId), at.orgId, day);
    if (Object.keys(data.values).length > 0)
      due.push({ source: HOUSE, id: day.id, type: 'baseline.set', time: at.ground.clock.now(), data });
  }
  return due;
}

/** Those of some events that are not in the log yet; what is there is remembered as done. */
async function unknown<Event extends { id: string }>(
  { ground, orgId, done }: At,
  events: readonly Event[],
): Promise<Event[]> {
  const asked = events.filter((event) => !done.has(`${orgId} ${event.id}`));
  const wanted = asked.map(({ id }) => ({ source: HOUSE, id }));
  const known = asked.length > 0 ? await eventsByIdentity(ground.db.of(orgId), orgId, wanted) : [];
  for (const { id } of known) done.add(`${orgId} ${id}`);
  return asked.filter((event) => !done.has(`${orgId} ${event.id}`));
}
