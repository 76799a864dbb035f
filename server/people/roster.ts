import type { Role } from '#contract/words.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { Floor } from './may.ts';
import { type Membership, teamAt } from './rules.ts';
import * as store from './store.ts';

export type Member = {
  id: string;
  name: string;
  roles: Role[];
  team: string | null;
  startedOn: string | null;
  /** In order of `from`. */
  teams: Membership[];
};

/** Everybody of an organisation in memory, as of a version. Read only. */
export type Roster = {
  version: number;
  organisation: store.OrganisationRow;
  people: ReadonlyMap<string, Member>;
  teams: ReadonlyMap<string, store.TeamRow>;
  /** In the order in which they came. */
  sites: ReadonlyMap<string, store.SiteRow>;
  queues: ReadonlyMap<string, store.QueueRow>;
  /** Who belongs, or ever belonged, to a team. */
  everIn: ReadonlyMap<string, ReadonlySet<string>>;
};

/**
 * The roster of an organisation. It is kept in this process and asked whether it still stands; only what changed is read.
 * @throws Error when there is no such organisation
 */
export async function rosterOf(tx: Tx, orgId: number): Promise<Roster> {
  const version = await store.peopleVersion(tx, orgId);
  const cached = rosters.get(orgId);
  if (cached?.version === version) return cached;
  const fresh = await read(tx, orgId, { version, base: cached && cached.version < version ? cached : null });
  rosters.set(orgId, fresh);
  return fresh;
}

/** Drops what is kept: after a rollback, a lost lease or a rebuild. */
export function forgetRoster(orgId: number): void {
  rosters.delete(orgId);
}

/** The site of a team, the first site for people without one. */
export function siteOf(roster: Roster, team: string | null): store.SiteRow | null {
  const site = team === null ? undefined : roster.teams.get(team)?.site;
  return (site === undefined ? undefined : roster.sites.get(site)) ?? firstSite(roster);
}

export const firstSite = (roster: Roster): store.SiteRow | null => roster.sites.values().next().value ?? null;

/** The time zone of a subject: a person's or team's site, a queue's site, else the organisation's. */
export function zoneOf(
  roster: Roster,
  subject: { kind: 'person' | 'team' | 'queue' | 'site' | 'org'; id: string },
): string {
  if (subject.kind === 'person')
    return siteOf(roster, roster.people.get(subject.id)?.team ?? null)?.timeZone ?? roster.organisation.timeZone;
  if (subject.kind === 'team') return siteOf(roster, subject.id)?.timeZone ?? roster.organisation.timeZone;
  if (subject.kind === 'site') return roster.sites.get(subject.id)?.timeZone ?? roster.organisation.timeZone;
  if (subject.kind === 'org') return roster.organisation.timeZone;
  const site = roster.queues.get(subject.id)?.site;
  return (site ? roster.sites.get(site) : firstSite(roster))?.timeZone ?? roster.organisation.timeZone;
}

/** The time zone of the site at which a person worked at an instant (epoch ms). */
export const zoneAt = (roster: Roster, person: string, at: number): string =>
  siteOf(roster, teamAt(roster.people.get(person)?.teams ?? [], at))?.timeZone ?? roster.organisation.timeZone;

/** Who is in a team at an instant (epoch ms), by id. */
export function membersOf(roster: Roster, team: string, at: number): string[] {
  const ever = [...(roster.everIn.get(team) ?? [])];
  return ever.filter((person) => teamAt(roster.people.get(person)?.teams ?? [], at) === team).sort();
}

/** Teams that a person leads. */
export const teamsLedBy = (roster: Roster, person: string): string[] =>
  [...roster.teams.values()].filter((team) => team.supervisor === person).map((team) => team.id);

/** What the rights ask about the floor, answered from the roster when they ask. */
export function floorOf(roster: () => Promise<Roster>): Floor {
  return {
    teamOf: async (person) => (await roster()).people.get(person)?.team ?? null,
    siteOfTeam: async (team) => (await roster()).teams.get(team)?.site ?? null,
    peopleInTeam: async (team) => headcount(await roster()).get(team) ?? 0,
    peopleAtSite: async (site) => {
      const floor = await roster();
      const there = [...floor.teams.values()].filter((team) => team.site === site);
      return there.reduce((sum, team) => sum + (headcount(floor).get(team.id) ?? 0), 0);
    },
  };
}

/** How many people each team has now. */
export function headcount(roster: Roster): ReadonlyMap<string, number> {
  const known = headcounts.get(roster);
  if (known) return known;
  const counts = new Map<string, number>();
  for (const { team } of roster.people.values()) if (team !== null) counts.set(team, (counts.get(team) ?? 0) + 1);
  headcounts.set(roster, counts);
  return counts;
}

const headcounts = new WeakMap<Roster, ReadonlyMap<string, number>>();
const rosters = new Map<number, Roster>();

async function read(tx: Tx, orgId: number, from: { version: number; base: Roster | null }): Promise<Roster> {
  const organisation = (await store.organisationRows(tx)).find((row) => row.id === orgId);
  if (!organisation) throw new Error(`there is no organisation ${orgId}`);
  const { base, version } = from;
  const after = base?.version ?? -1;
  const people = await readPeople(tx, orgId, { base, after });
  return {
    version,
    organisation,
    ...people,
    teams: laid(base?.teams, await store.teamRows(tx, orgId, after)),
    sites: laid(base?.sites, await store.siteRows(tx, orgId, after)),
    queues: laid(base?.queues, await store.queueRows(tx, orgId, after)),
  };
}

async function readPeople(tx: Tx, orgId: number, { base, after }: { base: Roster | null; after: number }) {
  const rows = await store.memberRows(tx, orgId, after);
  const joined = await store.membershipRows(tx, orgId, after);
  if (base && rows.length === 0 && joined.length === 0) return { people: base.people, everIn: base.everIn };
  const people = new Map(base?.people);
  const everIn = new Map(base?.everIn);
  for (const row of rows)
    people.set(row.id, { ...row, name: row.name ?? row.id, teams: people.get(row.id)?.teams ?? [] });
  const grown = new Map<string, Set<string>>();
  for (const { person, team, from } of joined) {
    const member = people.get(person);
    if (member)
      people.set(person, { ...member, teams: [...member.teams.filter((m) => m.from !== from), { team, from }] });
    if (team === null) continue;
    const ever = grown.get(team) ?? new Set(everIn.get(team));
    grown.set(team, ever.add(person));
  }
  for (const [team, ever] of grown) everIn.set(team, ever);
  return { people, everIn };
}

function laid<Row extends { id: string }>(
  base: ReadonlyMap<string, Row> | undefined,
  rows: Row[],
): ReadonlyMap<string, Row> {
  if (base && rows.length === 0) return base;
  const all = new Map(base);
  for (const row of rows) all.set(row.id, row);
  return all;
}
