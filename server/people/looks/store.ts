import type { Tx } from '#server/foundation/db.ts';
import { columns } from '../store.ts';
import { EVERYBODY } from './rules.ts';

export type LookRow = {
  orgId: number;
  subject: string;
  viewer: string;
  noun: string;
  hour: number;
  at: number;
  times: number;
};

/** Adds looks to what stands; of people, of teams (`team:ID`) and of everybody only. Each row once. */
export const addLooks = (tx: Tx, rows: LookRow[]) =>
  tx.rows(
    `insert into looks as l (org_id, subject, viewer, noun, hour, at, times)
     select g.* from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::int[])
       g(org_id, subject, viewer, noun, hour, at, times)
     where g.subject = '${EVERYBODY}' or exists (select from people p where p.org_id = g.org_id and p.id = g.subject)
       or exists (select from teams t where t.org_id = g.org_id and 'team:' || t.id = g.subject)
     order by 1, 2, 5, 3, 4
     on conflict (org_id, subject, hour, viewer, noun) do update set at = greatest(l.at, excluded.at),
       times = least(l.times::bigint + excluded.times, 2147483647)::int`,
    columns(rows, ['orgId', 'subject', 'viewer', 'noun', 'hour', 'at', 'times']),
  );

export type LookPlace = { hour: number; viewer: string; noun: string };

/** What somebody was part of, from and to (epoch ms). */
export type Part = { subject: string; from: number; to: number };

/** Looks at a person's data, alone or as a part of a team or of everybody, the newest hour first; never their own. */
export const looksAt = (
  tx: Tx,
  of: { orgId: number; person: string; parts: Part[] },
  page: { after: LookPlace; limit: number },
) =>
  tx.rows<Omit<LookRow, 'orgId' | 'subject'>>(
    `select viewer, noun, hour, max(at) as at, least(sum(times), 2147483647)::int as times
     from looks l join unnest($3::text[], $4::bigint[], $5::bigint[]) p(subject, begins, ends)
       on p.subject = l.subject and l.at >= p.begins and l.at < p.ends
     where org_id = $1 and viewer <> 'person:' || $2::text and (hour < $6 or (hour = $6 and (viewer, noun) > ($7, $8)))
     group by viewer, noun, hour order by hour desc, viewer, noun limit $9`,
    [
      of.orgId,
      of.person,
      of.parts.map(({ subject }) => subject),
      of.parts.map(({ from }) => from),
      of.parts.map(({ to }) => to),
      page.after.hour,
      page.after.viewer,
      page.after.noun,
      page.limit,
    ],
  );
