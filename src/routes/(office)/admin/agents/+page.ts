import { read, readAll } from '$lib/api.ts';
import type { Identity, Unmapped } from '$lib/contract/people.ts';
import type { PageLoad } from './$types';

export type Known = { id: string; name: string; identities?: Identity[] };

export const load: PageLoad = async ({ fetch, depends }) => {
  depends('office:agents');
  const [agents, people] = await Promise.all([
    read<{ items: Unmapped[]; next: string | null }>(fetch, 'unmapped?limit=200'),
    readAll<Known>(fetch, 'people'),
  ]);
  return {
    agents: agents.items,
    more: agents.next !== null,
    people: people.toSorted((a, b) => a.name.localeCompare(b.name)),
  };
};
