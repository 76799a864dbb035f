import { redirect } from '@sveltejs/kit';
import { query, read } from '$lib/api.ts';
import type { PointsRule, Wallet } from '$lib/contract/points.ts';
import { hasOwnDay } from '$lib/session.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, parent, url, depends }) => {
  depends('floor:points');
  const { session } = await parent();
  if (!hasOwnDay(session) || !session.person) redirect(303, '/boards');
  const cursor = url.searchParams.get('cursor');
  const [wallet, rules] = await Promise.all([
    read<Wallet>(fetch, `people/${session.person.id}/points?${query({ cursor })}`),
    read<{ items: PointsRule[] }>(fetch, 'points/rules'),
  ]);
  return { person: session.person, wallet, rules: rules.items };
};
