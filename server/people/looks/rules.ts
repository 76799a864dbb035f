import type { Viewer } from '../may.ts';

export type Look = { orgId: number; subject: string; viewer: string; noun: string };

/** A read as the door knows it: the route's pattern and what was asked. */
export type Read = { route: string; asked: Readonly<Record<string, unknown>> };

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

/** The same for a topic of the live window, `person:ID` and the like: the noun is that of the matching read. */
export function lookOfTopic(viewer: Viewer, { noun, parts }: { noun: string; parts: string[] }): Look | null {
  const [person] = parts;
  const what = TOPICS[noun];
  return what && person ? by(viewer, person, what) : null;
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
