import { redirect } from '@sveltejs/kit';
import { query, read } from '$lib/api.ts';
import type { Wallet } from '$lib/contract/points.ts';
import type { Grant, Redemption, Reward } from '$lib/contract/rewards.ts';
import { hasOwnDay } from '$lib/session.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, parent, depends }) => {
  depends('floor:rewards');
  const { session } = await parent();
  if (!hasOwnDay(session) || !session.person) redirect(303, '/boards');
  const person = query({ person: session.person.id });
  const [wallet, rewards, redemptions, grants] = await Promise.all([
    read<Wallet>(fetch, `people/${session.person.id}/points?limit=1`),
    read<{ items: Reward[] }>(fetch, 'rewards'),
    read<{ items: Redemption[] }>(fetch, `redemptions?${person}`),
    read<{ items: Grant[] }>(fetch, `grants?${person}`),
  ]);
  return {
    person: session.person,
    wallet,
    rewards: rewards.items.filter((reward) => reward.visible),
    own: { redemptions: redemptions.items, grants: grants.items, position: '0' },
  };
};
