import { read } from '$lib/api.ts';
import type { KpiItem } from '$lib/contract/definitions.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, depends }) => {
  depends('office:kpis');
  return { kpis: (await read<{ items: KpiItem[] }>(fetch, 'kpis?limit=500')).items };
};
