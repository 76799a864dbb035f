import { read } from '$lib/api.ts';
import type { Source } from '$lib/contract/events.ts';
import type { ShippedMapping } from '$lib/contract/imports.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, parent, depends }) => {
  depends('office:sources');
  const { session } = await parent();
  const [sources, mappings] = await Promise.all([
    read<{ items: Source[] }>(fetch, 'sources?limit=500'),
    read<{ items: ShippedMapping[] }>(fetch, 'mappings'),
  ]);
  return {
    sources: sources.items,
    mappings: mappings.items,
    sends: session.roles.includes('admin'),
    zone: session.organisation.timeZone,
  };
};
