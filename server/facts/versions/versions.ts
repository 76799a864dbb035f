import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '#server/foundation/db.ts';
import { uuidV7 } from '#server/foundation/ids.ts';
import { HOUSE, type HouseEvent, type LoggedEvent, type Position } from '#server/log/catalogue.ts';
import type { Batch, Consumer } from '#server/log/consumer.ts';
import { touched } from '#server/log/consumer.ts';
import type { Append, Ground } from '#server/log/ground.ts';
import { inForce } from './rules.ts';
import { insertVersions, lockDefinitions, type VersionRow, type VersionTable, versionRows } from './store.ts';

/** Where a definition is changed: one change at a time per organisation, with the event, in one transaction. */
export type DefinitionDesk = { tx: Tx; append: Append; orgId: number; now: number; by: string | null };

/** What is wanted of one definition: its whole content, and from when on (epoch ms). A `later` one is never the first. */
export type Wanted<Body> = { key: string; body: Body; from: number | null; later?: boolean };

export type VersionKind = { table: VersionTable; type: HouseEvent };

/** Runs a command on definitions, all of it or nothing. */
export const atDefinitions = <T>(
  ground: Pick<Ground, 'log' | 'clock'>,
  { orgId, by }: { orgId: number; by: string | null },
  work: (desk: DefinitionDesk) => Promise<T>,
): Promise<T> =>
  ground.log.command(orgId, async (tx, append) => {
    await lockDefinitions(tx, orgId);
    return work({ tx, append, orgId, now: ground.clock.now(), by });
  });

/**
 * Appends a version of each definition whose content is not in force at that time already, and saves it as the consumer
 * would. The first version holds from the beginning, unless it names a time to come; a later one not before now.
 * @returns of each, in the order given, the version that says so, and the position that covers all
 */
export async function putVersions<Body>(desk: DefinitionDesk, kind: VersionKind, wanted: readonly Wanted<Body>[]) {
  const said = Map.groupBy(await versionRows<Body>(desk.tx, desk.orgId, kind.table), (row) => row.key);
  const fresh: VersionRow<Body>[] = [];
  const rows = wanted.map(({ key, body, from, later }) => {
    const before = said.get(key) ?? [];
    const first = before.length === 0 && !later;
    const since = effectiveFrom(from, desk.now, first);
    const standing = inForce(before, (since ?? desk.now) + 1);
    if (standing && isDeepStrictEqual(standing.body, body)) return standing;
    const version = (before.at(-1)?.version ?? 0) + 1;
    const row = { key, body, version, effectiveFrom: since, knownAt: desk.now, position: 0, saidBy: desk.by };
    said.set(key, [...before, row]);
    fresh.push(row);
    return row;
  });
  const position = await tell(desk, kind, fresh);
  await insertVersions(desk.tx, { orgId: desk.orgId, table: kind.table }, fresh);
  return { rows, position };
}

/**
 * From when on a new version holds: the first from the beginning, unless it names a time to come; a later one not before
 * now. Epoch ms; null is the beginning of time.
 */
export function effectiveFrom(asked: number | null, now: number, first: boolean): number | null {
  if (first) return asked !== null && asked > now ? asked : null;
  return Math.max(asked ?? now, now);
}

/** The letterbox of a table of versions; after a command it finds its work done. */
export function versionConsumer(name: string, kinds: readonly VersionKind[]): Consumer {
  return {
    name,
    wants: kinds.map((kind) => kind.type),
    apply: async (batch, tx) => {
      for (const kind of kinds) await applyKind(batch, tx, kind);
    },
    forget: () => {},
    tables: kinds.map((kind) => kind.table),
  };
}

async function applyKind(batch: Batch, tx: Tx, { table, type }: VersionKind): Promise<void> {
  const rows = batch.events.filter((event) => event.type === type).map(rowOf);
  if (rows.length === 0) return;
  await insertVersions(tx, { orgId: batch.orgId, table }, rows);
  touched(batch).definitions = true;
}

/** Versions of before it was written down who said them have no `by`. */
type Told = { key: string; version: number; effectiveFrom: number | null; body: unknown; by?: string | null };

function rowOf({ data, time, position }: LoggedEvent): VersionRow<unknown> {
  const { key, version, effectiveFrom, body, by = null } = data as Told;
  return { key, version, effectiveFrom, knownAt: time, position, saidBy: by, body };
}

async function tell<Body>(desk: DefinitionDesk, kind: VersionKind, rows: VersionRow<Body>[]): Promise<Position> {
  const { position } = await desk.append(
    rows.map(({ key, version, effectiveFrom: from, body, saidBy: by }) => ({
      source: HOUSE,
      id: uuidV7(desk.now),
      type: kind.type,
      time: desk.now,
      data: { key, version, effectiveFrom: from, body, by },
    })),
  );
  rows.forEach((row, index) => {
    row.position = position - rows.length + 1 + index;
  });
  return position;
}
