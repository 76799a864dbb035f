import { read } from '$lib/api.ts';
import type { Team } from '$lib/contract/people.ts';
import type { PageLoad } from './$types';

export type Somebody = { id: string; name: string; roles: string[]; team: string | null; email?: string | null };

export const load: PageLoad = async ({ fetch, parent }) => {
  const { session } = await parent();
  const [people, teams] = await Promise.all([
    read<{ items: Somebody[]; next: string | null }>(fetch, 'people?limit=500'),
    read<{ items: Team[] }>(fetch, 'teams?limit=500'),
  ]);
  return {
    people: people.items.toSorted((a, b) => a.name.localeCompare(b.name)),
    more: people.next !== null,
    teams: Object.fromEntries(teams.items.map((team) => [team.id, team.name])) as Record<string, string>,
    opens: session.roles.includes('admin'),
    self: session.person?.id ?? null,
  };
};
