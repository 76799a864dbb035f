import type { Role } from '#contract/words.ts';
import type { Tx } from '#server/foundation/db.ts';

export type OrganisationRow = { name: string; timeZone: string; currency: string; epoch: number };
export type SiteRow = { id: string; name: string; timeZone: string };
export type TeamRow = { id: string; name: string; site: string; supervisor: string | null };
export type QueueRow = {
  id: string;
  name: string;
  site: string | null;
  serviceLevelMs: number;
  shortMs: number;
  abandonShortMs: number;
};
export type At<Row> = Row & { position: number };

/** Whoever changes the people of an organisation waits here first, before anything is written. */
export const lockPeople = (tx: Tx, orgId: number) => tx.rows('select pg_advisory_xact_lock(7047, $1)', [orgId]);

/** @param id only where the number is given from outside (a restore, a test); else the next one */
/** A number that no organisation has yet. */
export async function nextOrganisation(tx: Tx): Promise<number> {
  const [next] = await tx.rows<{ id: number }>(
    "select nextval(pg_get_serial_sequence('organisations', 'id'))::int as id",
  );
  return (next as { id: number }).id;
}

export const insertOrganisation = (tx: Tx, orgId: number, row: OrganisationRow) =>
  tx.rows('insert into organisations (id, name, time_zone, currency, epoch) values ($1, $2, $3, $4, $5)', [
    orgId,
    row.name,
    row.timeZone,
    row.currency,
    row.epoch,
  ]);

/** Writes what `organisation.saved` says, unless something newer stands there. */
export async function saveOrganisation(tx: Tx, orgId: number, row: At<OrganisationRow>): Promise<void> {
  await tx.rows(
    `update organisations set name = $2, time_zone = $3, currency = $4, epoch = $5, position = $6
     where id = $1 and position < $6`,
    [orgId, row.name, row.timeZone, row.currency, row.epoch, row.position],
  );
  await changed(tx, orgId, [row]);
}

export const organisationRows = (tx: Tx) =>
  tx.rows<OrganisationRow & { id: number }>(
    'select id, name, time_zone as "timeZone", currency, epoch from organisations order by id',
  );

/** @throws Error when there is no such organisation */
export async function organisationRow(tx: Tx, orgId: number): Promise<OrganisationRow> {
  const [row] = await tx.rows<OrganisationRow>(
    'select name, time_zone as "timeZone", currency, epoch from organisations where id = $1',
    [orgId],
  );
  if (!row) throw new Error(`there is no organisation ${orgId}`);
  return row;
}

export async function saveSiteRows(tx: Tx, orgId: number, rows: At<SiteRow>[]): Promise<void> {
  await tx.rows(
    `insert into sites (org_id, id, name, time_zone, since, position)
     select $1, g.id, g.name, g.zone, g.position, g.position
     from unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) g(id, name, zone, position)
     on conflict (org_id, id) do update set name = excluded.name, time_zone = excluded.time_zone, position = excluded.position
     where excluded.position > sites.position`,
    [orgId, ...columns(rows, ['id', 'name', 'timeZone', 'position'])],
  );
  await changed(tx, orgId, rows);
}

export async function saveTeamRows(tx: Tx, orgId: number, rows: At<TeamRow>[]): Promise<void> {
  await tx.rows(
    `insert into teams (org_id, id, name, site, supervisor, position)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
     on conflict (org_id, id) do update set name = excluded.name, site = excluded.site, supervisor = excluded.supervisor,
       position = excluded.position
     where excluded.position > teams.position`,
    [orgId, ...columns(rows, ['id', 'name', 'site', 'supervisor', 'position'])],
  );
  await changed(tx, orgId, rows);
}

export async function saveQueueRows(tx: Tx, orgId: number, rows: At<QueueRow>[]): Promise<void> {
  await tx.rows(
    `insert into queues (org_id, id, name, site, service_level_ms, short_ms, abandon_short_ms, position)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::bigint[])
     on conflict (org_id, id) do update set name = excluded.name, site = excluded.site,
       service_level_ms = excluded.service_level_ms, short_ms = excluded.short_ms,
       abandon_short_ms = excluded.abandon_short_ms, position = excluded.position
     where excluded.position > queues.position`,
    [orgId, ...columns(rows, ['id', 'name', 'site', 'serviceLevelMs', 'shortMs', 'abandonShortMs', 'position'])],
  );
  await changed(tx, orgId, rows);
}

/** Sites in the order in which they came: the first is the default of queues and of people without a team. */
export const siteRows = (tx: Tx, orgId: number, after = -1) =>
  tx.rows<At<SiteRow> & { since: number }>(
    `select id, name, time_zone as "timeZone", since, position from sites
     where org_id = $1 and position > $2 order by since, id`,
    [orgId, after],
  );

export const teamRows = (tx: Tx, orgId: number, after = -1) =>
  tx.rows<At<TeamRow>>(
    'select id, name, site, supervisor, position from teams where org_id = $1 and position > $2 order by id',
    [orgId, after],
  );

export const queueRows = (tx: Tx, orgId: number, after = -1) =>
  tx.rows<At<QueueRow>>(
    `select id, name, site, service_level_ms as "serviceLevelMs", short_ms as "shortMs",
       abandon_short_ms as "abandonShortMs", position
     from queues where org_id = $1 and position > $2 order by id`,
    [orgId, after],
  );

export type MemberRow = {
  id: string;
  name: string | null;
  roles: Role[];
  team: string | null;
  startedOn: string | null;
};

export const memberRows = (tx: Tx, orgId: number, after = -1) =>
  tx.rows<At<MemberRow>>(
    `select p.id, n.name, p.roles, p.team, p.started_on as "startedOn", p.position
     from people p left join person_names n on n.org_id = p.org_id and n.person = p.id
     where p.org_id = $1 and p.position > $2`,
    [orgId, after],
  );

/** Memberships in order of their begin. */
export const membershipRows = (tx: Tx, orgId: number, after = -1) =>
  tx.rows<{ person: string; team: string | null; from: number }>(
    'select person, team, "from" from memberships where org_id = $1 and position > $2 order by person, "from"',
    [orgId, after],
  );

/** The position up to which people, teams, sites and queues of an organisation have changed. */
export async function peopleVersion(tx: Tx, orgId: number): Promise<number> {
  const [row] = await tx.rows<{ position: number }>('select position from people_versions where org_id = $1', [orgId]);
  return row?.position ?? 0;
}

/** Notes that something changed, so that every process looks anew. */
export async function changed(tx: Tx, orgId: number, rows: { position: number }[]): Promise<void> {
  const position = rows.reduce((most, row) => Math.max(most, row.position), 0);
  await tx.rows(
    `insert into people_versions (org_id, position) values ($1, $2)
     on conflict (org_id) do update set position = excluded.position where excluded.position > people_versions.position`,
    [orgId, position],
  );
}

/** The columns of rows, as unnest wants them. */
export function columns<Row extends object>(rows: Row[], names: (keyof Row)[]): unknown[][] {
  return names.map((name) => rows.map((row) => row[name]));
}
