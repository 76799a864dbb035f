import type { Page } from '#contract/problems.ts';
import { personId, TEAM } from '#server/people/agent-commands.ts';
import { isNobody } from '../words.ts';
import type { Client } from './client.ts';
import { PlainError } from './options.ts';

type Known = { id: string; identities: { source: string; agent: string; from?: string | null; to?: string | null }[] };

const AT_ONCE = 500;

/**
 * Makes people of agents that nobody answers for yet: id and name are the agent's own string, the role is agent, the
 * team `unassigned` of the first site. A person who has that id already gets the identity added and nothing changed.
 * @returns a function to be told of agents before their events are sent
 */
export function peopleMaker(client: Client, source: string): (agents: Iterable<string>) => Promise<void> {
  const done = new Set<string>();
  let known: Promise<Map<string, Known>> | null = null;
  let turn: Promise<void> = Promise.resolve();
  const make = async (agents: string[]) => {
    known ??= begin(client);
    const people = await known;
    for (const { identities } of people.values())
      for (const i of identities) if (i.source === source) done.add(i.agent);
    const fresh = agents.filter((agent) => !done.has(agent)).map((agent) => personOf(agent, source, people));
    for (let i = 0; i < fresh.length; i += AT_ONCE)
      await client.send('PUT', '/api/v1/people', fresh.slice(i, i + AT_ONCE));
    for (const agent of agents) done.add(agent);
  };
  return (agents) => {
    const unseen = [...new Set(agents)].filter((agent) => !done.has(agent) && !isNobody(agent));
    if (unseen.length > 0) turn = turn.then(() => make(unseen));
    return turn;
  };
}

/** The agents of a source that nobody answers for, by name. */
export async function unmappedAgents(client: Client, source: string): Promise<string[]> {
  const rows = await all<{ source: string; agent: string }>(client, '/api/v1/unmapped');
  return rows.filter((row) => row.source === source).map((row) => row.agent);
}

async function begin(client: Client): Promise<Map<string, Known>> {
  const teams = await all<{ id: string }>(client, '/api/v1/teams');
  if (!teams.some((team) => team.id === TEAM)) {
    const { items } = await client.get<Page<{ id: string }>>('/api/v1/sites?limit=1');
    const site = items[0]?.id;
    if (!site) throw new PlainError('There is no site yet; people need one. Make it with PUT /api/v1/sites.');
    await client.send('PUT', '/api/v1/teams', [{ id: TEAM, name: 'Unassigned', site }]);
  }
  const people = await all<Known>(client, '/api/v1/people');
  return new Map(people.map((person) => [person.id, { id: person.id, identities: person.identities ?? [] }]));
}

function personOf(agent: string, source: string, people: Map<string, Known>) {
  const id = personId(agent);
  const there = people.get(id);
  const identities = [...(there?.identities ?? []), { source, agent }];
  people.set(id, { id, identities });
  return there ? { id, identities } : { id, name: agent, roles: ['agent'], team: TEAM, identities };
}

async function all<T>(client: Client, path: string): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await client.get(`${path}?limit=500${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return rows;
}
