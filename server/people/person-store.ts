import type { Role } from '#contract/words.ts';
import type { Tx } from '#server/foundation/db.ts';
import { ALWAYS, type Mapping } from './rules.ts';
import { type At, changed, columns } from './store.ts';

export type PersonRow = { id: string; roles: Role[]; team: string | null; startedOn: string | null };
export type NamedPerson = PersonRow & { name: string; email: string | null };

/** Writes what `person.saved` says; a new team begins at the event's `time`, the first holds from the epoch. Each person once. */
export async function savePersonRows(tx: Tx, orgId: number, rows: (At<PersonRow> & { time: number })[]): Promise<void> {
  await tx.rows(
    `insert into people (org_id, id, roles, team, started_on, position)
     select $1, g.id, string_to_array(g.roles, ','), g.team, g.started, g.position
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[]) g(id, roles, team, started, position)
     on conflict (org_id, id) do update set roles = excluded.roles, team = excluded.team, started_on = excluded.started_on,
       position = excluded.position
     where excluded.position > people.position`,
    [orgId, ...columns(rows.map(joined), ['id', 'roles', 'team', 'startedOn', 'position'])],
  );
  await saveMemberships(tx, orgId, rows);
  await changed(tx, orgId, rows);
}

/** Names stand apart from what the log derives; only commands write them. */
export async function saveNames(tx: Tx, orgId: number, rows: NamedPerson[]): Promise<void> {
  await tx.rows(
    `insert into person_names (org_id, person, name, email)
     select $1, * from unnest($2::text[], $3::text[], $4::text[])
     on conflict (org_id, person) do update set name = excluded.name, email = excluded.email`,
    [orgId, ...columns(rows, ['id', 'name', 'email'])],
  );
}

/** Writes what `person.identified` says: a person's mappings as a whole, unless something newer was said. Each person once. */
export async function saveMappings(tx: Tx, orgId: number, saved: Identified[]): Promise<void> {
  const newer = await tx.rows<{ id: string }>(
    `update people p set identified = g.position from unnest($2::text[], $3::bigint[]) g(person, position)
     where p.org_id = $1 and p.id = g.person and p.identified < g.position returning p.id`,
    [orgId, ...columns(saved, ['person', 'position'])],
  );
  const ids = new Set(newer.map((row) => row.id));
  await tx.rows('delete from identities where org_id = $1 and person = any($2::text[])', [orgId, [...ids]]);
  const rows = saved.filter(({ person }) => ids.has(person)).flatMap(({ mappings }) => mappings);
  await tx.rows(
    `insert into identities (org_id, person, source, agent, valid_from, valid_to)
     select $1, * from unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[])`,
    [orgId, ...columns(rows, ['person', 'source', 'agent', 'validFrom', 'validTo'])],
  );
  await changed(tx, orgId, saved);
}

export type Identified = { position: number; person: string; mappings: Mapping[] };

/** People by id, with their names; where a name was erased the id stands for it. */
export const personRows = (tx: Tx, orgId: number, ids: string[]) =>
  tx.rows<NamedPerson>(
    `select p.id, coalesce(n.name, p.id) as name, n.email, p.roles, p.team, p.started_on as "startedOn"
     from people p left join person_names n on n.org_id = p.org_id and n.person = p.id
     where p.org_id = $1 and p.id = any($2::text[]) order by p.id`,
    [orgId, ids],
  );

/** A page of people by id. @param teams null: everybody */
export const personPage = (
  tx: Tx,
  orgId: number,
  page: { after: string; limit: number; teams: string[] | null; self: string | null },
) =>
  tx.rows<{ id: string }>(
    `select id from people where org_id = $1 and id > $2
       and ($3::text[] is null or team = any($3::text[]) or id = $4) order by id limit $5`,
    [orgId, page.after, page.teams, page.self, page.limit],
  );

/** All mappings of these people and of these agents. Two lookups: an OR of them would read the whole table. */
export const mappingRows = (tx: Tx, orgId: number, of: { people: string[]; agents: number[] }): Promise<Mapping[]> =>
  tx.rows<Mapping>(
    `select ${MAPPING} from identities where org_id = $1 and person = any($2::text[])
     union
     select ${MAPPING} from identities where org_id = $1 and agent = any($3::int[])
     order by person, source, agent, "validFrom"`,
    [orgId, of.people, of.agents],
  );

const MAPPING = `person, source, agent, valid_from as "validFrom", valid_to as "validTo"`;

export type UnmappedRow = { ref: number; events: number; firstAt: number; lastAt: number };

/** Agents of sources that no person answers for, with what the log holds of them, in order of their refs. */
export const unmappedRows = (
  tx: Tx,
  orgId: number,
  page: { house: string; after: number; limit: number },
): Promise<UnmappedRow[]> =>
  tx.rows<UnmappedRow>(
    `select p.ref, e.events, e.first as "firstAt", e.last as "lastAt"
     from parties p cross join lateral (
       select count(*)::int as events, min(time) as first, max(time) as last from events where org_id = $1 and agent = p.ref
     ) e
     where p.org_id = $1 and p.kind = 'agent' and p.source <> $2 and p.ref > $3 and e.events > 0
       and not exists (select from identities i where i.org_id = $1 and i.agent = p.ref)
     order by p.ref limit $4`,
    [orgId, page.house, page.after, page.limit],
  );

const joined = (row: At<PersonRow>) => ({ ...row, roles: row.roles.join(',') });

async function saveMemberships(tx: Tx, orgId: number, rows: (At<PersonRow> & { time: number })[]): Promise<void> {
  await tx.rows(
    `insert into memberships (org_id, person, team, "from", position)
     select $1, g.person, g.team, case when last.person is null then $6::bigint else greatest(g.time, last."from" + 1) end, g.position
     from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) g(person, team, time, position)
     left join lateral (
       select * from memberships m where m.org_id = $1 and m.person = g.person order by m.position desc limit 1
     ) last on true
     where last.person is null or (last.position < g.position and last.team is distinct from g.team)
     on conflict (org_id, person, "from") do nothing`,
    [orgId, ...columns(rows, ['id', 'team', 'time', 'position']), ALWAYS],
  );
}
