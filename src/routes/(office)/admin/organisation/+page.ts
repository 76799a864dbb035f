import { read } from '$lib/api.ts';
import type { Queue, Site, Team } from '$lib/contract/people.ts';
import type { PageLoad } from './$types';

type List<Row> = { items: Row[] };
export const load: PageLoad = async ({ fetch, depends, parent }) => {
  depends('office:organisation');
  const { session } = await parent();
  const [house, sites, teams, queues, people, demo] = await Promise.all([
    read<{ name: string; timeZone: string }>(fetch, 'organisation'),
    read<List<Site>>(fetch, 'sites?limit=500'),
    read<List<Team>>(fetch, 'teams?limit=500'),
    read<List<Queue>>(fetch, 'queues?limit=500'),
    read<List<{ id: string; name: string; roles: string[] }>>(fetch, 'people?limit=500'),
    read<{ logins: unknown[] }>(fetch, 'demo'),
  ]);
  return {
    house,
    sites: sites.items,
    teams: teams.items,
    queues: queues.items,
    leaders: people.items.filter(({ roles }) => roles.includes('supervisor')),
    demo: session.demo && demo.logins.length > 0,
  };
};
