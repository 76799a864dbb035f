import { type Fetch, query, read } from '$lib/api.ts';
import type { Identity, Unmapped } from '$lib/contract/people.ts';
import type { PageLoad } from './$types';

export type Known = { id: string; name: string; identities?: Identity[] };

export const load: PageLoad = async ({ fetch, depends }) => {
  depends('office:agents');
  const [agents, people] = await Promise.all([
    read<{ items: Unmapped[]; next: string | null }>(fetch, 'unmapped?limit=200'),
    everybody(fetch),
  ]);
  return {
    agents: agents.items,
    more: agents.next !== null,
    people: people.toSorted((a, b) => a.name.localeCompare(b.name)),
  };
};

/** All people: whoever is missing from the list cannot be chosen. */
async function everybody(fetch: Fetch): Promise<Known[]> {
  const people: Known[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { items: Known[]; next: string | null } = await read(
      fetch,
      `people?${query({ limit: '500', cursor })}`,
    );
    people.push(...page.items);
    cursor = page.next;
  }
  return people;
}
