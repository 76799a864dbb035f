import { peopleShown, teamsLed, type Viewer } from '../may.ts';

export type Look = { orgId: number; subject: string; viewer: string; noun: string };

/** A read as the door knows it: the route's pattern and what was asked. */
export type Read = { route: string; asked: Readonly<Record<string, unknown>> };

/** The subject of a look at everybody's data. */
export const EVERYBODY = '*';

/** Lists that show what is known of many people one by one, and what they are called in the book. */
const LISTS: Readonly<Record<string, string>> = {
  '/api/v1/teams/:id/people': 'team',
  '/api/v1/flags': 'flags',
  '/api/v1/coaching': 'coaching',
};

/**
 * Whose data a list of many people shows: one look at the team (`team:ID`), or at everybody, that each of them can read.
 * Whoever sees only themselves in it looks at nobody.
 */
export function looksOfList(viewer: Viewer, { route, asked }: Read): Look[] {
  const noun = LISTS[route];
  if (!noun || personIn(asked)) return [];
  const team = text(asked.team) ?? (noun === 'team' ? text(asked.id) : null);
  return ofTeams(viewer, team, noun);
}

function ofTeams(viewer: Viewer, team: string | null, noun: string): Look[] {
  const shown = noun === 'team' || viewer.kind === 'key' ? peopleShown(viewer) : teamsLed(viewer);
  const teams = team === null ? shown : shown === 'all' || shown.includes(team) ? [team] : [];
  const subjects = teams === 'all' ? [EVERYBODY] : teams.map((id) => `team:${id}`);
  return subjects.flatMap((subject) => by(viewer, subject, noun) ?? []);
}

/**
 * Whose data a read shows to somebody else, and which. Null: nobody's, or one's own.
 * Paths below `/api/v1/people/:id` name a person, and so do `?subject=person:ID` and `?person=ID`.
 */
export function lookOf(viewer: Viewer, { route, asked }: Read): Look | null {
  const [, noun = '', rest = ''] = /^\/api\/v1\/([^/]+)\/?(.*)$/.exec(route) ?? [];
  const subject = noun === 'people' && rest.startsWith(':id') ? text(asked.id) : personIn(asked);
  if (!subject) return null;
  const what = noun === 'people' ? rest.replace(/^:id\/?/, '').split('/')[0] || 'person' : noun;
  return by(viewer, subject, what);
}

const TOPICS: Record<string, string> = {
  person: 'performance',
  badges: 'badges',
  points: 'points',
  rewards: 'rewards',
  coaching: 'coaching',
};

const TEAM_TOPICS: Record<string, string> = { members: 'team', flags: 'flags' };

/** The same for a topic of the live window, `person:ID`, `members:TEAM` and the like: the noun is that of the matching read. */
export function looksOfTopic(viewer: Viewer, { noun, parts }: { noun: string; parts: string[] }): Look[] {
  const [id] = parts;
  const [what, ofTeam] = [TOPICS[noun], TEAM_TOPICS[noun]];
  if (id && ofTeam) return ofTeams(viewer, id, ofTeam);
  const look = what && id ? by(viewer, id, what) : null;
  return look ? [look] : [];
}

/** The begin of the hour in which an instant lies. */
export const hourOf = (now: number): number => now - (now % 3_600_000);

function by(viewer: Viewer, subject: string, noun: string): Look | null {
  if (viewer.kind === 'key') return { orgId: viewer.orgId, subject, viewer: `key:${viewer.keyId}`, noun };
  if (viewer.kind !== 'account' || viewer.personId === subject) return null;
  return { orgId: viewer.orgId, subject, viewer: `person:${viewer.personId ?? viewer.accountId}`, noun };
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

function personIn(asked: Read['asked']): string | null {
  const subject = text(asked.subject);
  if (subject?.startsWith('person:')) return subject.slice('person:'.length) || null;
  return text(asked.person);
}
