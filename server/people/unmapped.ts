import type { Tx } from '#server/foundation/db.ts';
import { knownRefs, type PartyName, partyKey } from '#server/log/party-store.ts';
import { mappingRows } from './person-store.ts';

/** Which of a source's agents nobody answers for, in the order given, whether the log has heard of them or not. */
export async function agentsOfNobody(
  tx: Tx,
  orgId: number,
  { source, agents }: { source: string; agents: string[] },
): Promise<string[]> {
  const party = (name: string): PartyName => ({ kind: 'agent', source, name });
  const refs = await knownRefs(tx, orgId, agents.map(party));
  const mapped = new Set(
    (await mappingRows(tx, orgId, { people: [], agents: [...refs.values()] })).map(({ agent }) => agent),
  );
  return agents.filter((name) => {
    const ref = refs.get(partyKey(orgId, party(name)));
    return ref === undefined || !mapped.has(ref);
  });
}
