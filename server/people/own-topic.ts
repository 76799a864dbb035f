import type { Db } from '#server/foundation/db.ts';
import type { Topic } from '#server/log/topic.ts';
import { floorFor } from './door.ts';
import { type May, seePerson, type Viewer } from './may.ts';

/** What a topic of one person shows: its noun, how often at most (ms), to whom, and the body of the matching GET. */
export type OwnTopic = {
  noun: string;
  thinMs: number;
  may?: May;
  snapshot(orgId: number, person: string): Promise<{ position: string }>;
};

/** `<noun>:<person>`: something of one person's own, for whoever may see that person unless `may` says otherwise. */
export function ownTopic({ db }: { db: Db }, { noun, thinMs, may = seePerson, snapshot }: OwnTopic): Topic<Viewer> {
  const personOf = ({ parts }: { parts: string[] }) => parts[0] ?? '';
  return {
    noun,
    thinMs,
    admit: async (viewer, name) =>
      name.parts.length === 1 && (await may(viewer, { id: personOf(name) }, floorFor({ db }, viewer))) ? 'all' : null,
    snapshot: (orgId, name) => snapshot(orgId, personOf(name)),
    concerns: (notes, name) => notes.definitions || notes.people.has(personOf(name)),
  };
}
