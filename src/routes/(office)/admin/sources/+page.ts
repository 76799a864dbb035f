import { read } from '$lib/api.ts';
import type { Source } from '$lib/contract/events.ts';
import type { ImportJob, ShippedMapping } from '$lib/contract/imports.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, parent, depends }) => {
  depends('office:sources');
  const { session } = await parent();
  const sends = session.roles.includes('admin');
  const [sources, mappings, imports] = await Promise.all([
    read<{ items: Source[] }>(fetch, 'sources?limit=500'),
    read<{ items: ShippedMapping[] }>(fetch, 'mappings'),
    sends ? read<{ items: ImportJob[] }>(fetch, 'imports') : { items: [] },
  ]);
  return {
    sources: sources.items,
    mappings: mappings.items,
    imports: imports.items,
    sends,
    zone: session.organisation.timeZone,
  };
};
