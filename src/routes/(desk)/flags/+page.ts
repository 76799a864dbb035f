import { query, read, readIfAny } from '$lib/api.ts';
import type { FlagList } from '$lib/contract/coaching.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, url, depends, parent }) => {
  depends('desk:flags');
  const { session } = await parent();
  const state = url.searchParams.get('state') === 'closed' ? 'closed' : 'open';
  const [list, teams] = await Promise.all([
    read<FlagList>(fetch, `flags?${query({ state, limit: '200' })}`),
    readIfAny<{ items: { id: string; supervisor?: string | null }[] }>(fetch, 'teams?limit=500'),
  ]);
  const seesAll = session.roles.some((role) => role === 'manager' || role === 'admin');
  const led = (teams?.items ?? []).filter(
    ({ id, supervisor }) => seesAll || supervisor === session.person?.id || id === session.person?.team,
  );
  return { state, list, teams: led.map(({ id }) => id) };
};
