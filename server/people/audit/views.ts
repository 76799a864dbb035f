import type { Tx } from '#server/foundation/db.ts';
import { allKeyNames } from '../accounts/store.ts';
import { rosterOf } from '../roster.ts';

/** What the trail's `person:ID`, `key:ID`, `account:ID` are called now; the id where a name is gone. */
export async function actorNames(tx: Tx, orgId: number): Promise<(actor: string) => string> {
  const { people } = await rosterOf(tx, orgId);
  const keys = new Map((await allKeyNames(tx, orgId)).map(({ id, name }) => [id, name]));
  return (actor) => {
    const colon = actor.indexOf(':');
    const id = actor.slice(colon + 1);
    if (actor.startsWith('person:')) return people.get(id)?.name ?? id;
    return actor.startsWith('key:') ? (keys.get(id) ?? id) : actor;
  };
}
