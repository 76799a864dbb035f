import { query, read, readIfAny } from '$lib/api.ts';
import type { Performance, Trend } from '$lib/contract/performance.ts';
import type { Wallet } from '$lib/contract/points.ts';
import type { PageLoad } from './$types';

const WINDOWS = ['hour', 'day', 'week', 'month'] as const;

export const load: PageLoad = async ({ fetch, params, url }) => {
  const window = WINDOWS.find((name) => name === url.searchParams.get('window')) ?? 'day';
  const person = `people/${encodeURIComponent(params.person)}`;
  const asked = query({ window });
  const [performance, trends, wallet] = await Promise.all([
    read<Performance>(fetch, `${person}/performance?${asked}`),
    readIfAny<{ items: Trend[] }>(fetch, `${person}/trends?${asked}`),
    readIfAny<Wallet>(fetch, `${person}/points?limit=6`),
  ]);
  return {
    id: params.person,
    window,
    windows: WINDOWS,
    performance,
    wallet,
    trends: trends?.items ?? [],
    readAt: new Date().toISOString(),
  };
};
