import type { Tx } from '#server/foundation/db.ts';
import { columns } from '../store.ts';

export type LookRow = {
  orgId: number;
  subject: string;
  viewer: string;
  noun: string;
  hour: number;
  at: number;
  times: number;
};

/** Adds looks to what stands; of subjects that are people only. Each row once. */
export const addLooks = (tx: Tx, rows: LookRow[]) =>
  tx.rows(
    `insert into looks as l (org_id, subject, viewer, noun, hour, at, times)
     select g.* from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::int[])
       g(org_id, subject, viewer, noun, hour, at, times)
     where exists (select from people p where p.org_id = g.org_id and p.id = g.subject)
     order by 1, 2, 5, 3, 4
     on conflict (org_id, subject, hour, viewer, noun) do update set at = greatest(l.at, excluded.at),
       times = least(l.times::bigint + excluded.times, 2147483647)::int`,
    columns(rows, ['orgId', 'subject', 'viewer', 'noun', 'hour', 'at', 'times']),
  );

export type LookPlace = { hour: number; viewer: string; noun: string };

/** Looks at a person's data, the newest hour first. */
export const looksAt = (tx: Tx, of: { orgId: number; subject: string }, page: { after: LookPlace; limit: number }) =>
  tx.rows<Omit<LookRow, 'orgId' | 'subject'>>(
    `select viewer, noun, hour, at, times from looks
     where org_id = $1 and subject = $2 and (hour < $3 or (hour = $3 and (viewer, noun) > ($4, $5)))
     order by hour desc, viewer, noun limit $6`,
    [of.orgId, of.subject, page.after.hour, page.after.viewer, page.after.noun, page.limit],
  );
