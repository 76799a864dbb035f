import type { Tx } from '#server/foundation/db.ts';
import { membersOf, rosterOf } from '#server/people/roster.ts';
import type { Tier } from './rules.ts';

/** A badge that somebody earned. `at` is epoch ms, `period` its window as `day:2026-11-24`. */
export type EarnedRow = {
  id: string;
  person: string;
  badge: string;
  tier: Tier;
  period: string;
  version: number;
  points: number;
  celebrate: boolean;
  at: number;
  position: number;
};

/** Keeps what was earned; what is there already stays as it is. */
export async function saveEarned(tx: Tx, orgId: number, rows: readonly EarnedRow[]): Promise<void> {
  if (rows.length === 0) return;
  const column = <Name extends keyof EarnedRow>(name: Name) => rows.map((row) => row[name]);
  await tx.rows(
    `insert into badges_earned (org_id, id, person, badge, tier, period, version, points, celebrate, at, position)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[], $9::boolean[], $10::bigint[], $11::bigint[])
     on conflict (org_id, id) do nothing`,
    [
      orgId,
      column('id'),
      column('person'),
      column('badge'),
      column('tier'),
      column('period'),
      column('version'),
      column('points'),
      column('celebrate'),
      column('at'),
      column('position'),
    ],
  );
}

const COLUMNS = 'id, person, badge, tier, period, version, points, celebrate, at, position';

/** What a person earned and was not withdrawn, the newest first; `most` of each badge. */
export const earnedBy = (tx: Tx, orgId: number, of: { person: string; most: number }): Promise<EarnedRow[]> =>
  tx.rows<EarnedRow>(
    `select ${COLUMNS} from (
       select *, row_number() over (partition by badge order by at desc, position desc) as place
       from badges_earned where org_id = $1 and person = $2 and withdrawn is null) newest
     where place <= $3 order by at desc, position desc`,
    [orgId, of.person, of.most],
  );

/** How often a person earned, and kept, each tier of each badge. */
export const countsOf = (
  tx: Tx,
  orgId: number,
  person: string,
): Promise<{ badge: string; tier: Tier; count: number }[]> =>
  tx.rows(
    'select badge, tier, count(*)::int as count from badges_earned where org_id = $1 and person = $2 and withdrawn is null group by badge, tier',
    [orgId, person],
  );

/** Withdraws badges by id, each with the place in the log that says so. */
export async function saveWithdrawn(
  tx: Tx,
  orgId: number,
  rows: readonly { id: string; position: number }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.rows(
    `update badges_earned b set withdrawn = g.position from unnest($2::text[], $3::bigint[]) g(id, position)
     where b.org_id = $1 and b.id = g.id`,
    [orgId, rows.map((row) => row.id), rows.map((row) => row.position)],
  );
}

/** What was earned since an instant (epoch ms) by the people of a scope: `org`, `site:ID` or `team:ID`. */
export type RecentAsked = { since: number; scope: string };

/** The badges earned lately that stand, the newest first, at most 200; `celebrate` is false for what a history brought in. */
export async function recentBadges(tx: Tx, orgId: number, { since, scope }: RecentAsked): Promise<EarnedRow[]> {
  const people = await peopleIn(tx, orgId, scope);
  return tx.rows<EarnedRow>(
    `select ${COLUMNS} from badges_earned
     where org_id = $1 and at >= $2 and withdrawn is null and ($3::text[] is null or person = any($3::text[]))
     order by at desc, position desc limit 200`,
    [orgId, since, people],
  );
}

/** The people of a scope now; null means everybody. */
async function peopleIn(tx: Tx, orgId: number, scope: string): Promise<string[] | null> {
  if (scope === 'org') return null;
  const roster = await rosterOf(tx, orgId);
  const [kind, id = ''] = scope.split(':');
  const teams = kind === 'team' ? [id] : [...roster.teams.values()].filter((team) => team.site === id).map((t) => t.id);
  return teams.flatMap((team) => membersOf(roster, team, Number.MAX_SAFE_INTEGER));
}

/** Whose events, of which times (epoch ms) and types. */
export type LateAsked = { people: readonly string[]; from: number; to: number; types: readonly string[] };

/** Sources that told of people's windows more than a day late, and whether what they bring in late may earn anything. */
export const lateSources = (
  tx: Tx,
  orgId: number,
  { people, from, to, types }: LateAsked,
): Promise<{ person: string; backfill: 'silent' | 'award' }[]> =>
  tx.rows(
    `select distinct i.person, coalesce(s.backfill, 'silent') as backfill
     from identities i
     join events e on e.org_id = $1 and e.agent = i.agent and e.type = any($5::text[])
       and e.time >= to_timestamp($3::float8 / 1000) and e.time < to_timestamp($4::float8 / 1000)
       and e.recorded_at > e.time + interval '24 hours'
     left join source_choices s on s.org_id = $1 and s.name = e.source
     where i.org_id = $1 and i.person = any($2::text[])`,
    [orgId, people, from, to, types],
  );

/** The last handled leg of each of some people up to a position: what tipped the scales. */
export const lastLegs = (
  tx: Tx,
  orgId: number,
  at: { people: readonly string[]; from: number; to: number; position: number },
): Promise<{ person: string; source: string; id: string }[]> =>
  tx.rows(
    `select distinct on (i.person) i.person, e.source, e.id
     from identities i
     join events e on e.org_id = $1 and e.agent = i.agent and e.type = 'interaction.ended' and e.position <= $5
       and e.time >= to_timestamp($3::float8 / 1000) and e.time < to_timestamp($4::float8 / 1000)
     where i.org_id = $1 and i.person = any($2::text[])
     order by i.person, e.position desc`,
    [orgId, at.people, at.from, at.to, at.position],
  );
