import { deltasOf } from '#server/facts/consumer.ts';
import type { Contribution } from '#server/facts/rules.ts';
import { BUCKET_MS, resolveWindow } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { isBackfill } from '#server/ingest/backfill.ts';
import { sourceRows } from '#server/ingest/store.ts';
import type { LoggedEvent, Position } from '#server/log/catalogue.ts';
import { type Batch, type Consumer, endsBatch, touched } from '#server/log/consumer.ts';
import { type Roster, rosterOf, zoneAt, zoneOf } from '#server/people/roster.ts';
import { type Biographies, biographiesOf } from '#server/people/said.ts';
import { type Again, againOf, windowKey } from './rules.ts';
import {
  type Closed,
  closedAmong,
  closedExtent,
  type Mark,
  markedPeople,
  saveClosed,
  saveMarks,
  takeMarks,
} from './store.ts';

/** A mark with the zone on whose calendar its person then was. */
export type Placed = Mark & { zone: string };

/** What is looked at again at the close of an hour: whose, which closed windows, and up to where the log is known. */
export type Review = {
  people: string[];
  marks: Placed[];
  windows: Again[];
  until: Position;
  /** Who these people were when. */
  biographies: Biographies;
  /** The sources that may earn with what they tell late, and whether all may. */
  awarding: string[];
  allAward: boolean;
};

/**
 * Keeps which windows were closed, marks what changes in them afterwards, and lays out at the close of each hour what is
 * to be decided again: once for however many changes, and the same however the log was cut.
 */
export const revisitConsumer: Consumer = {
  name: 'revisits',
  wants: 'all',
  tables: ['closed_windows'],
  forget: (orgId) => void extents.delete(orgId),
  apply: async (batch, tx) => {
    const { orgId, replay } = batch;
    if (!replay) await mark(batch, tx);
    const closed = batch.events.filter(endsBatch).map(closedOf);
    if (closed.length === 0) return;
    await saveClosed(tx, orgId, closed);
    extents.delete(orgId);
    const last = closed.at(-1);
    if (last?.window === 'hour' && !replay) await layOut(batch, tx, last.zone);
  },
};

/** What is to be decided again with this batch; null where nothing is. */
export const reviewOf = (batch: Batch): Review | null => reviews.get(batch) ?? null;

const reviews = new WeakMap<Batch, Review>();
const extents = new Map<number, { from: number; to: number }>();
const NAMES = ['hour', 'day', 'week', 'month'] as const;

function closedOf({ id, position, recordedAt, data }: LoggedEvent): Closed {
  const { window, zone, from, to } = data as Pick<Closed, 'window' | 'zone' | 'from' | 'to'>;
  return { window, zone, from, to, id, position, recordedAt };
}

async function mark(batch: Batch, tx: Tx): Promise<void> {
  const { orgId } = batch;
  const rows = deltasOf(batch);
  if (rows.length === 0) return;
  const extent = extents.get(orgId) ?? (await closedExtent(tx, orgId));
  if (extent) extents.set(orgId, extent);
  const position = touched(batch).position;
  const marks = new Map<string, Mark>();
  for (const row of rows)
    if (concerns(row, extent))
      marks.set(`${row.person} ${row.bucket}`, { person: row.person, bucket: row.bucket, position });
  if (marks.size > 0 && !(await isSilent(batch, tx))) await saveMarks(tx, orgId, [...marks.values()]);
}

/** Whether a change lies where windows were closed, or takes a contact away from a day on which a badge may hang already. */
function concerns({ person, bucket, facts }: Contribution, extent: { from: number; to: number } | null): boolean {
  if (person === '') return false;
  const at = bucket * BUCKET_MS;
  return (extent !== null && at >= extent.from && at < extent.to) || (facts.handled ?? 0) - (facts.short ?? 0) < 0;
}

/** Whether all that a batch brings is history that earns nothing: then there is nothing to decide again. */
async function isSilent({ orgId, events }: Batch, tx: Tx): Promise<boolean> {
  const isLate = (event: LoggedEvent) =>
    event.type !== 'correction' &&
    event.type !== 'person.identified' &&
    isBackfill({ to: event.time, recordedAt: event.recordedAt });
  if (!events.every((event) => isLate(event) || endsBatch(event))) return false;
  const awarding = new Set((await awardingIn(tx, orgId)).awarding);
  return events.every((event) => endsBatch(event) || !awarding.has(event.source));
}

async function awardingIn(tx: Tx, orgId: number): Promise<Pick<Review, 'awarding' | 'allAward'>> {
  const sources = await sourceRows(tx, orgId, { most: 10_000 });
  const awarding = sources.filter(({ backfill }) => backfill === 'award').map(({ name }) => name);
  return { awarding, allAward: sources.length > 0 && awarding.length === sources.length };
}

async function layOut(batch: Batch, tx: Tx, zone: string): Promise<void> {
  const { orgId } = batch;
  const marked = await markedPeople(tx, orgId);
  if (marked.length === 0) return;
  const roster = await rosterOf(tx, orgId);
  const people = marked.filter((id) => zoneOf(roster, { kind: 'person', id }) === zone).sort();
  if (people.length === 0) return;
  const marks = (await takeMarks(tx, orgId, people)).map((one) => placed(roster, one));
  const windows = await windowsOf(tx, orgId, marks);
  const biographies = await biographiesOf(tx, orgId, people);
  const until = touched(batch).position;
  reviews.set(batch, { people, marks, windows, until, biographies, ...(await awardingIn(tx, orgId)) });
}

const placed = (roster: Roster, one: Mark): Placed => ({
  ...one,
  zone: zoneAt(roster, one.person, one.bucket * BUCKET_MS),
});

/** Marks by the quarter of an hour and the calendar that they share: what those mean is asked once for all of them. */
export const byPlace = (marks: readonly Placed[]): [Placed, Placed[]][] =>
  [...Map.groupBy(marks, ({ zone, bucket }) => `${zone} ${bucket}`).values()].map((own) => [own[0] as Placed, own]);

async function windowsOf(tx: Tx, orgId: number, marks: readonly Placed[]): Promise<Again[]> {
  const wanted = new Map<string, Mark[]>();
  const asked = new Map<string, Pick<Closed, 'window' | 'zone' | 'from'>>();
  for (const [{ bucket, zone }, own] of byPlace(marks)) {
    for (const window of NAMES) {
      const { from } = resolveWindow(window, bucket * BUCKET_MS, zone);
      const key = windowKey({ window, zone, from });
      asked.set(key, { window, zone, from });
      const known = wanted.get(key) ?? [];
      for (const one of own) known.push(one);
      wanted.set(key, known);
    }
  }
  return againOf(await closedAmong(tx, orgId, [...asked.values()]), wanted);
}
