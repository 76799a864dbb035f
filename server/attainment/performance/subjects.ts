import type { Subject } from '#server/attainment/definitions/targets.ts';
import type { Whose } from '#server/facts/store.ts';
import { missing } from '#server/foundation/refusals.ts';
import { firstSite, membersOf, type Roster, siteOf } from '#server/people/roster.ts';
import { teamAt } from '#server/people/rules.ts';
import type { Said } from '#server/people/said.ts';

export const SUBJECT_KINDS = ['person', 'team', 'queue', 'site'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];
export type SubjectId = { kind: SubjectKind; id: string };

/** A subject as it stood at the last instant of a window: what to weigh it by, whose rows it sums, how it is called. */
export type Seated = { subject: Subject; whose: Whose; name: string };

/**
 * Finds a subject at the last instant before `to` (epoch ms): teams are counted with who was in them then.
 * @throws Refusal missing
 */
export function seat(roster: Roster, of: SubjectId, to: number): Seated {
  const seated = SEATS[of.kind](roster, of.id, to);
  if (!seated) throw missing(`There is no ${of.kind} ${of.id}.`);
  return seated;
}

/**
 * A person as of now, for whoever weighs many people at once, or in the team that they were in at the last instant before
 * `to` (epoch ms); null for somebody unknown.
 */
export function personSubject(roster: Roster, person: string, to?: number): Subject | null {
  const member = roster.people.get(person);
  if (!member) return null;
  return subjectOf(roster, to === undefined ? member : { ...member, team: teamAt(member.teams, to - 1) });
}

/** Somebody in the words that were said of them. */
export const subjectOf = (roster: Roster, { id, roles, team, startedOn }: Said): Subject => ({
  kind: 'person',
  id,
  role: roles[0] ?? null,
  team,
  site: siteOf(roster, team)?.id ?? null,
  startedOn,
});

type Seat = (roster: Roster, id: string, to: number) => Seated | null;

const SEATS: Record<SubjectKind, Seat> = {
  person: (roster, id, to) => {
    const member = roster.people.get(id);
    if (!member) return null;
    const team = teamAt(member.teams, to - 1);
    const site = siteOf(roster, team)?.id ?? null;
    const subject: Subject = {
      kind: 'person',
      id,
      role: member.roles[0] ?? null,
      team,
      site,
      startedOn: member.startedOn,
    };
    return { subject, whose: { people: [id] }, name: member.name };
  },
  team: (roster, id, to) => {
    const team = roster.teams.get(id);
    return team
      ? {
          subject: { kind: 'team', id, site: team.site },
          whose: { people: membersOf(roster, id, to - 1) },
          name: team.name,
        }
      : null;
  },
  queue: (roster, id) => {
    const queue = roster.queues.get(id);
    if (!queue) return null;
    return {
      subject: { kind: 'queue', id, site: queue.site ?? firstSite(roster)?.id ?? null },
      whose: { queues: [id] },
      name: queue.name,
    };
  },
  site: (roster, id, to) => {
    const site = roster.sites.get(id);
    return site ? { subject: { kind: 'site', id }, whose: whoseOfSite(roster, id, to), name: site.name } : null;
  },
};

/** A site's people, and what its queues hold of nobody. */
function whoseOfSite(roster: Roster, id: string, to: number): Whose {
  const people = [...roster.people.values()]
    .filter((member) => siteOf(roster, teamAt(member.teams, to - 1))?.id === id)
    .map((member) => member.id);
  const first = firstSite(roster)?.id;
  const queues = [...roster.queues.values()].filter((queue) => (queue.site ?? first) === id).map((queue) => queue.id);
  return { people, unowned: id === first ? [...queues, ''] : queues };
}
