import { read, readAll } from '$lib/api.ts';
import type { KpiItem, TargetItem } from '$lib/contract/definitions.ts';
import type { PageLoad } from './$types';

export type Named = { id: string; name: string };
type List<Row> = { items: Row[]; next: string | null };

export const load: PageLoad = async ({ fetch, depends }) => {
  depends('office:targets');
  const [kpis, targets, teams, sites, queues, people] = await Promise.all([
    read<List<KpiItem>>(fetch, 'kpis?limit=500'),
    read<List<TargetItem>>(fetch, 'targets?limit=500'),
    read<List<Named>>(fetch, 'teams?limit=500'),
    read<List<Named>>(fetch, 'sites?limit=500'),
    read<List<Named>>(fetch, 'queues?limit=500'),
    readAll<Named>(fetch, 'people'),
  ]);
  const subjects = { team: teams.items, site: sites.items, queue: queues.items, person: people };
  return { kpis: kpis.items, targets: targets.items, subjects };
};
