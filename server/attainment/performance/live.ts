import type { Ground } from '#server/log/ground.ts';
import type { Topic, TopicName } from '#server/log/topic.ts';
import { floorFor } from '#server/people/door.ts';
import { type May, seePerson, seeTeam, type Viewer } from '#server/people/may.ts';
import { performanceSnapshot } from './routes.ts';

type Seen = { may: May; kind: 'person' | 'team'; thinMs: number };

/** `person:<id>` and `team:<id>`: performance of the day, a person's own at once, a team's a few times a second. */
export function performanceTopics(ground: Pick<Ground, 'db' | 'clock' | 'log'>): Topic<Viewer>[] {
  const topic = ({ may, kind, thinMs }: Seen): Topic<Viewer> => ({
    noun: kind,
    thinMs,
    admit: async (viewer, name) =>
      name.parts.length === 1 && (await may(viewer, { id: idOf(name) }, floorFor(ground, viewer))) ? 'all' : null,
    snapshot: (orgId, name) => performanceSnapshot(ground, orgId, { kind, id: idOf(name) }),
    concerns: (notes, name) =>
      notes.definitions || (kind === 'person' ? notes.people.has(idOf(name)) : notes.people.size > 0),
  });
  return [topic({ may: seePerson, kind: 'person', thinMs: 0 }), topic({ may: seeTeam, kind: 'team', thinMs: 250 })];
}

const idOf = (name: TopicName): string => name.parts[0] ?? '';
