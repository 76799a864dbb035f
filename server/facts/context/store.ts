import { numberArray, textArray } from '#server/foundation/arrays.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { Position } from '#server/log/catalogue.ts';
import type { Claim } from './ownership.ts';
import type { Version } from './settings.ts';

export type Progress = { closedTo: number; definedTo: number; hasCorrections: boolean; hasReferences: boolean };

/** The claim of each person that counts, or counted when nothing after `recordedAt` was known. */
export const loadClaims = (tx: Tx, orgId: number, recordedAt = Number.MAX_SAFE_INTEGER): Promise<Claim[]> =>
  tx.rows<Claim>(
    `select distinct on (person) person, position, recorded_at as "recordedAt", identities
     from facts_claims where org_id = $1 and recorded_at <= $2 order by person, position desc`,
    [orgId, recordedAt],
  );

/** The claim of each person that counted at a place in the log. */
export const claimsUpTo = (tx: Tx, orgId: number, position: Position): Promise<Claim[]> =>
  tx.rows<Claim>(
    `select distinct on (person) person, position, recorded_at as "recordedAt", identities
     from facts_claims where org_id = $1 and position <= $2 order by person, position desc`,
    [orgId, position],
  );

/** All queue versions in log order, or those known by `recordedAt`. */
export const loadVersions = (tx: Tx, orgId: number, recordedAt = Number.MAX_SAFE_INTEGER): Promise<Version[]> =>
  tx.rows<Version>(
    `select queue, position, recorded_at as "recordedAt", valid_from as "from", service_level_ms as "serviceLevelMs",
       short_ms as "shortMs", abandon_short_ms as "abandonShortMs"
     from facts_queue_versions where org_id = $1 and recorded_at <= $2 order by position`,
    [orgId, recordedAt],
  );

export async function loadProgress(tx: Tx, orgId: number): Promise<Progress> {
  const [row] = await tx.rows<Progress>(
    `select closed_to as "closedTo", defined_to as "definedTo", has_corrections as "hasCorrections", has_references as "hasReferences"
     from facts_progress where org_id = $1`,
    [orgId],
  );
  return row ?? { closedTo: 0, definedTo: 0, hasCorrections: false, hasReferences: false };
}

export async function saveProgress(tx: Tx, orgId: number, progress: Progress): Promise<void> {
  await tx.rows(
    `insert into facts_progress (org_id, closed_to, defined_to, has_corrections, has_references) values ($1, $2, $3, $4, $5)
     on conflict (org_id) do update set closed_to = excluded.closed_to, defined_to = excluded.defined_to, has_corrections = excluded.has_corrections,
       has_references = excluded.has_references`,
    [orgId, progress.closedTo, progress.definedTo, progress.hasCorrections, progress.hasReferences],
  );
}

/** Keeps closed bucket ends, each with the earliest instant it was known. */
export async function saveClosings(
  tx: Tx,
  orgId: number,
  closings: readonly { closedTo: number; recordedAt: number }[],
): Promise<void> {
  await tx.rows(
    `insert into facts_closings (org_id, closed_to, recorded_at)
     select $1, closed_to, min(recorded_at) from unnest($2::bigint[], $3::bigint[]) as g(closed_to, recorded_at) group by closed_to
     on conflict do nothing`,
    [orgId, numberArray(closings.map((c) => c.closedTo)), numberArray(closings.map((c) => c.recordedAt))],
  );
}

/** The last closed bucket end that was known at an instant; 0 when there was none. */
export async function closedBy(tx: Tx, orgId: number, knownAt: number): Promise<number> {
  const [row] = await tx.rows<{ closedTo: number }>(
    `select closed_to as "closedTo" from facts_closings where org_id = $1 and recorded_at <= $2 order by closed_to desc limit 1`,
    [orgId, knownAt],
  );
  return row?.closedTo ?? 0;
}

export async function saveClaims(tx: Tx, orgId: number, claims: readonly Claim[]): Promise<void> {
  await tx.rows(
    `insert into facts_claims (org_id, person, position, recorded_at, identities)
     select $1, * from unnest($2::text[], $3::bigint[], $4::bigint[], $5::json[]) on conflict do nothing`,
    [
      orgId,
      textArray(claims.map((c) => c.person)),
      numberArray(claims.map((c) => c.position)),
      numberArray(claims.map((c) => c.recordedAt)),
      textArray(claims.map((c) => JSON.stringify(c.identities))),
    ],
  );
}

export async function saveVersions(tx: Tx, orgId: number, versions: readonly Version[]): Promise<void> {
  const column = (name: 'position' | 'recordedAt' | 'from' | 'serviceLevelMs' | 'shortMs' | 'abandonShortMs') =>
    numberArray(versions.map((version) => version[name]));
  await tx.rows(
    `insert into facts_queue_versions (org_id, queue, position, recorded_at, valid_from, service_level_ms, short_ms, abandon_short_ms)
     select $1, * from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
     on conflict do nothing`,
    [
      orgId,
      textArray(versions.map((v) => v.queue)),
      column('position'),
      column('recordedAt'),
      column('from'),
      column('serviceLevelMs'),
      column('shortMs'),
      column('abandonShortMs'),
    ],
  );
}
