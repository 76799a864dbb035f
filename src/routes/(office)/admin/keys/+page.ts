import { read } from '$lib/api.ts';
import type { KeyShown } from '$lib/contract/people.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, depends }) => {
  depends('office:keys');
  const { items } = await read<{ items: KeyShown[] }>(fetch, 'keys?limit=500');
  return {
    keys: items.filter((key) => key.revokedAt === null).toReversed(),
    gone: items.filter((key) => key.revokedAt !== null).toReversed(),
  };
};
