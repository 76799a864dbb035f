import { query, read } from '$lib/api.ts';
import type { FlagList } from '$lib/contract/coaching.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, url, depends, parent }) => {
  depends('desk:flags');
  const { session } = await parent();
  const state = url.searchParams.get('state') === 'closed' ? 'closed' : 'open';
  const list = await read<FlagList>(fetch, `flags?${query({ state, limit: '200' })}`);
  return { state, list, team: session.person?.team ?? null };
};
