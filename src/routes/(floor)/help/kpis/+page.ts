import { read, readIfAny } from '$lib/api.ts';
import type { Kpi, Target } from '$lib/contract/definitions.ts';
import type { Page } from '$lib/contract/problems.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch }) => {
  const [kpis, targets] = await Promise.all([
    read<Page<Kpi & { source?: string }>>(fetch, 'kpis?limit=500'),
    readIfAny<Page<Target>>(fetch, 'targets?limit=500'),
  ]);
  return { kpis: kpis.items, targets: targets?.items ?? [] };
};
