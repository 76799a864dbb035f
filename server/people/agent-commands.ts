import { createHash } from 'node:crypto';
import { invalid } from '#server/foundation/refusals.ts';
import { type Desk, saveTeams } from './commands.ts';
import { savePeople } from './person-commands.ts';
import { personRows } from './person-store.ts';
import { siteRows, teamRows } from './store.ts';
import { agentsOfNobody } from './unmapped.ts';
import { identitiesOf } from './views.ts';

/** Where people stand who were made of agents. */
export const TEAM = 'unassigned';

/** An id that the contract takes, from any agent string, and another one for another string. */
export function personId(agent: string): string {
  const id = agent.normalize('NFKD').replace(/[^A-Za-z0-9._-]+/g, '-');
  if (id === agent && id.length <= 64) return id;
  return `${id.slice(0, 55)}-${createHash('sha256').update(agent).digest('hex').slice(0, 8)}`;
}

/**
 * Makes people of the agents of a source that nobody answers for: id and name are the agent's own string, the role is agent,
 * the team `unassigned` of the first site. A person who has that id already gets the identity added and nothing changed.
 * @throws Refusal invalid `site_missing`
 */
export async function peopleOfAgents(
  desk: Desk,
  { source, agents }: { source: string; agents: string[] },
): Promise<void> {
  const nobody = await agentsOfNobody(desk.tx, desk.orgId, { source, agents });
  if (nobody.length === 0) return;
  await makeTeam(desk);
  const byPerson = Map.groupBy(nobody, personId);
  const ids = [...byPerson.keys()];
  const there = new Set((await personRows(desk.tx, desk.orgId, ids)).map(({ id }) => id));
  const identities = await identitiesOf(desk.tx, desk.orgId, ids);
  const added = (id: string) => [
    ...(identities.get(id) ?? []).map(({ from, to, ...who }) => ({ ...who, ...(from ? { from } : {}), to })),
    ...(byPerson.get(id) ?? []).map((agent) => ({ source, agent })),
  ];
  await savePeople(
    desk,
    ids.map((id) =>
      there.has(id)
        ? { id, identities: added(id) }
        : { id, name: byPerson.get(id)?.[0] ?? id, roles: ['agent'], team: TEAM, identities: added(id) },
    ),
  );
}

async function makeTeam(desk: Desk): Promise<void> {
  if ((await teamRows(desk.tx, desk.orgId)).some(({ id }) => id === TEAM)) return;
  const [site] = await siteRows(desk.tx, desk.orgId);
  if (!site) throw invalid('site_missing', 'There is no site yet; people need one.');
  await saveTeams(desk, [{ id: TEAM, name: 'Unassigned', site: site.id }]);
}
