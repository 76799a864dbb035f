import { query, read } from '$lib/api.ts';
import type { AuditEntry } from '$lib/contract/people.ts';
import type { PageLoad } from './$types';

export type Look = { viewer: { kind: string; id: string; name: string }; noun: string; at: string; times: number };
type List<Row> = { items: Row[]; next: string | null };

export const load: PageLoad = async ({ fetch, url }) => {
  const at = (name: string) => url.searchParams.get(name) ?? '';
  const [who, kind, view] = [at('who'), at('kind'), at('view') === 'looks' ? 'looks' : 'changes'];
  const path = view === 'looks' ? `people/${encodeURIComponent(who)}/looks` : 'audit';
  const list = `${path}?${query(view === 'looks' ? { limit: '50' } : { limit: '50', who, kind })}`;
  const [people, trail, looks] = await Promise.all([
    read<List<{ id: string; name: string }>>(fetch, 'people?limit=500'),
    view === 'changes' ? read<List<AuditEntry> & { chain: 'verified' | 'broken' }>(fetch, list) : null,
    view === 'looks' && who ? read<List<Look>>(fetch, list) : null,
  ]);
  return { who, kind, view, list, trail, looks, people: people.items.toSorted((a, b) => a.name.localeCompare(b.name)) };
};
