import type { Ground } from '#server/log/ground.ts';
import type { Topic } from '#server/log/topic.ts';
import { floorFor } from '#server/people/door.ts';
import { seePerson, type Viewer } from '#server/people/may.ts';
import { badgeCase } from './view.ts';

/** `badges:<person>`: what somebody earned and what comes next. */
export function badgeTopic(ground: Pick<Ground, 'db' | 'clock'>): Topic<Viewer> {
  return {
    noun: 'badges',
    thinMs: 500,
    admit: async (viewer, { parts }) =>
      parts.length === 1 && (await seePerson(viewer, { id: parts[0] }, floorFor(ground, viewer))) ? 'all' : null,
    snapshot: (orgId, { parts }) => badgeCase(ground, orgId, parts[0] ?? ''),
    concerns: (notes, { parts }) => notes.definitions || notes.people.has(parts[0] ?? ''),
  };
}
