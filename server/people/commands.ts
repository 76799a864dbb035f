import type { Queue, Site, Team } from '#contract/people.ts';
import type { Tx } from '#server/foundation/db.ts';
import { uuidV7 } from '#server/foundation/ids.ts';
import { invalid, type PathError } from '#server/foundation/refusals.ts';
import { isTimeZone } from '#server/foundation/zones.ts';
import { HOUSE, type HouseEvent, type NewEvent, type Position } from '#server/log/catalogue.ts';
import type { Append, Ground } from '#server/log/ground.ts';
import { merged, QUEUE_DEFAULTS, repeatedIds, sameFields } from './rules.ts';
import * as store from './store.ts';

/** Where a command works: its transaction, the log, the organisation and the time (epoch ms). */
export type Desk = { tx: Tx; append: Append; orgId: number; now: number };

/** Runs a command on people: one at a time per organisation, all of it or nothing. */
export const atDesk = <T>(
  ground: Pick<Ground, 'log' | 'clock'>,
  orgId: number,
  work: (desk: Desk) => Promise<T>,
): Promise<T> =>
  ground.log.command(orgId, async (tx, append) => {
    await store.lockPeople(tx, orgId);
    return work({ tx, append, orgId, now: ground.clock.now() });
  });

/**
 * Saves sites by id; what stands there already appends nothing.
 * @throws Refusal invalid `time_zone_unknown` or `invalid`, by path
 */
export async function saveSites(desk: Desk, items: Site[]): Promise<Position> {
  refuseAny('invalid', repeatedIds(items));
  refuseAny(
    'time_zone_unknown',
    items.flatMap(({ timeZone }, i) =>
      isTimeZone(timeZone) ? [] : [{ path: `/${i}/timeZone`, message: `${timeZone} is no IANA time zone` }],
    ),
  );
  const before = byId(await store.siteRows(desk.tx, desk.orgId));
  return keep(
    desk,
    { type: 'site.saved', before, save: store.saveSiteRows },
    items.map(({ id, name, timeZone }) => ({ id, name, timeZone })),
  );
}

/**
 * Saves teams by id. A supervisor may be named before being saved as a person.
 * @throws Refusal invalid, by path: unknown site
 */
export async function saveTeams(desk: Desk, items: Team[]): Promise<Position> {
  const sites = byId(await store.siteRows(desk.tx, desk.orgId));
  refuseAny('invalid', [...repeatedIds(items), ...unknownSites(items, sites)]);
  const before = byId((await store.teamRows(desk.tx, desk.orgId)).map(plain));
  const rows = items.map((item) =>
    merged(before.get(item.id) ?? { id: item.id, name: item.id, site: item.site, supervisor: null }, item),
  );
  return keep(desk, { type: 'team.saved', before, save: store.saveTeamRows }, rows);
}

/**
 * Saves queues by id; a new one begins with the defaults.
 * @throws Refusal invalid, by path: unknown site
 */
export async function saveQueues(desk: Desk, items: Queue[]): Promise<Position> {
  const sites = await store.siteRows(desk.tx, desk.orgId);
  refuseAny('invalid', [...repeatedIds(items), ...unknownSites(items, byId(sites))]);
  const before = byId((await store.queueRows(desk.tx, desk.orgId)).map(plain));
  const fresh = (id: string): store.QueueRow => ({ id, name: id, site: sites[0]?.id ?? null, ...QUEUE_DEFAULTS });
  const rows = items.map((item) => merged(before.get(item.id) ?? fresh(item.id), item));
  return keep(desk, { type: 'queue.saved', before, save: store.saveQueueRows }, rows);
}

/** Makes the queues among `ids` that nobody has saved yet, with the defaults. */
export async function ensureQueues(
  ground: Pick<Ground, 'log' | 'clock' | 'db'>,
  orgId: number,
  ids: Iterable<string>,
): Promise<void> {
  const known = knownQueues.get(orgId) ?? new Set<string>();
  const unknown = [...new Set(ids)].filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  await atDesk(ground, orgId, async (desk) => {
    const there = byId(await store.queueRows(desk.tx, orgId));
    await saveQueues(
      desk,
      unknown.filter((id) => !there.has(id)).map((id) => ({ id })),
    );
  });
  for (const id of unknown) known.add(id);
  knownQueues.set(orgId, known);
}

export type Kept<Row> = {
  type: HouseEvent;
  before: Map<string, Row>;
  save(tx: Tx, orgId: number, rows: store.At<Row>[]): Promise<unknown>;
};

/** Appends an event for every row that differs from what stands, and saves it as the consumer would. */
export async function keep<Row extends { id: string }>(desk: Desk, kept: Kept<Row>, rows: Row[]): Promise<Position> {
  const changes = rows.filter((row) => {
    const before = kept.before.get(row.id);
    return !before || !sameFields(row, before);
  });
  const { positions, position } = await tell(
    desk,
    changes.map((row) => ({ type: kept.type, data: row })),
  );
  if (changes.length > 0)
    await kept.save(
      desk.tx,
      desk.orgId,
      changes.map((row, i) => ({ ...row, position: positions[i] ?? position })),
    );
  return position;
}

export type Told = Pick<NewEvent, 'data' | 'agent' | 'personal'> & { type: HouseEvent };

/** Appends events of the house. @returns the position of each, and the one that covers all */
export async function tell(desk: Desk, events: Told[]): Promise<{ positions: Position[]; position: Position }> {
  const { position } = await desk.append(
    events.map((event) => ({ source: HOUSE, id: uuidV7(desk.now), time: desk.now, ...event })),
  );
  return { positions: events.map((_, i) => position - events.length + 1 + i), position };
}

/** Refuses the whole call when there is any error. */
export function refuseAny(code: string, errors: PathError[]): void {
  if (errors.length > 0) throw invalid(code, `${errors[0]?.path} ${errors[0]?.message}.`, errors);
}

export const byId = <Row extends { id: string }>(rows: Row[]): Map<string, Row> =>
  new Map(rows.map((row) => [row.id, row]));

const plain = <Row>({ position: _, ...row }: store.At<Row>) => row as unknown as Row;

const knownQueues = new Map<number, Set<string>>();

const unknownSites = (items: { site?: string | undefined }[], sites: Map<string, unknown>): PathError[] =>
  items.flatMap(({ site }, i) =>
    site === undefined || sites.has(site) ? [] : [{ path: `/${i}/site`, message: `there is no site ${site}` }],
  );
