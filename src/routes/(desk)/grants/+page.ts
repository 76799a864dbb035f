import { error } from '@sveltejs/kit';
import { read } from '$lib/api.ts';
import type { Budget, Grant, Redemption, Reward } from '$lib/contract/rewards.ts';
import { t } from '$lib/words.ts';
import type { PageLoad } from './$types';

type Named = { id: string; name: string };

export const load: PageLoad = async ({ fetch, parent, depends, url }) => {
  depends('desk:grants');
  const { session } = await parent();
  if (!session.roles.some((role) => ['supervisor', 'manager', 'admin'].includes(role)))
    error(403, { message: t('error.403'), detail: '', code: 'forbidden' });
  const [budget, rewards, redemptions, grants, people] = await Promise.all([
    read<Budget>(fetch, 'grants/budget'),
    read<{ items: Reward[] }>(fetch, 'rewards'),
    read<{ items: Redemption[] }>(fetch, 'redemptions'),
    read<{ items: Grant[] }>(fetch, 'grants'),
    read<{ items: (Named & { roles: string[] })[] }>(fetch, 'people?limit=500'),
  ]);
  return {
    budget,
    rewards: rewards.items.filter((reward) => reward.visible && reward.left !== 0),
    waiting: redemptions.items.filter((one) => one.state === 'open'),
    grants: grants.items,
    people: people.items.filter((one) => one.roles.includes('agent') && one.id !== session.person?.id),
    chosen: url.searchParams.get('person') ?? '',
  };
};
