import { read } from '$lib/api.ts';
import type { AccountState, Team } from '$lib/contract/people.ts';
import type { PageLoad } from './$types';

export type Somebody = { id: string; name: string; roles: string[]; team: string | null; email?: string | null };

export const load: PageLoad = async ({ fetch, parent, depends }) => {
  depends('office:people');
  const { session } = await parent();
  const opens = session.roles.includes('admin');
  const [people, teams, accounts] = await Promise.all([
    read<{ items: Somebody[]; next: string | null }>(fetch, 'people?limit=500'),
    read<{ items: Team[] }>(fetch, 'teams?limit=500'),
    opens ? read<{ items: AccountState[] }>(fetch, 'accounts?limit=500') : null,
  ]);
  return {
    people: people.items.toSorted((a, b) => a.name.localeCompare(b.name)),
    more: people.next !== null,
    teams: Object.fromEntries(teams.items.map((team) => [team.id, team.name])) as Record<string, string>,
    accounts: new Map((accounts?.items ?? []).map((one) => [one.person, one])),
    opens,
    self: session.person?.id ?? null,
  };
};
