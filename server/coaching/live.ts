import type { Ground } from '#server/log/ground.ts';
import type { Topic } from '#server/log/topic.ts';
import { floorFor } from '#server/people/door.ts';
import { leadPerson, leadSome, ownOrLed, seeMembers, type Viewer } from '#server/people/may.ts';
import { ownTopic } from '#server/people/own-topic.ts';
import { rosterOf } from '#server/people/roster.ts';
import { coachingOf, flagsOf } from './views.ts';

/** `flags:<team>` for its leaders, without their own; `coaching:<person>` for the person and whoever leads them. */
export function coachingTopics(ground: Pick<Ground, 'db' | 'clock'>): Topic<Viewer>[] {
  const flags: Topic<Viewer> = {
    noun: 'flags',
    thinMs: 500,
    admit: async (viewer, { parts }) => {
      const floor = floorFor(ground, viewer);
      if (parts.length !== 1 || viewer.kind !== 'account' || !(await leadSome(viewer, {}, floor))) return null;
      if (!(await seeMembers(viewer, { id: parts[0] }, floor))) return null;
      const own = viewer.personId;
      return own !== null && !(await leadPerson(viewer, { id: own }, floor)) ? `without:${own}` : 'all';
    },
    snapshot: async (orgId, { parts }, variant) => {
      const roster = await rosterOf(ground.db.of(orgId), orgId);
      const members = [...roster.people.values()].filter(({ team }) => team === parts[0]).map(({ id }) => id);
      const people = members.filter((id) => variant !== `without:${id}`).sort();
      return flagsOf(ground, orgId, { people, state: 'open' });
    },
    concerns: (notes) => notes.people.size > 0 || notes.definitions,
  };
  const coaching = ownTopic(ground, {
    noun: 'coaching',
    thinMs: 0,
    may: ownOrLed,
    snapshot: (orgId, person) => coachingOf(ground, orgId, { people: [person], state: null, own: true }),
  });
  return [flags, coaching];
}
