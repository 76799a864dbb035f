import { read } from '$lib/api.ts';
import type { KpiItem, ScorecardItem } from '$lib/contract/definitions.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, depends }) => {
  depends('office:scorecards');
  const [kpis, cards] = await Promise.all([
    read<{ items: KpiItem[] }>(fetch, 'kpis?limit=500'),
    read<{ items: ScorecardItem[] }>(fetch, 'scorecards?limit=500'),
  ]);
  return { kpis: kpis.items, cards: cards.items };
};
