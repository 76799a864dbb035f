import { read } from '$lib/api.ts';
import type { Redemption, Reward } from '$lib/contract/rewards.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, depends }) => {
  depends('office:rewards');
  const [rewards, redemptions] = await Promise.all([
    read<{ items: Reward[] }>(fetch, 'rewards'),
    read<{ items: Redemption[] }>(fetch, 'redemptions'),
  ]);
  return {
    shelf: rewards.items.filter((one) => one.visible),
    retired: rewards.items.filter((one) => !one.visible),
    waiting: redemptions.items.filter((one) => one.state === 'open').length,
  };
};
