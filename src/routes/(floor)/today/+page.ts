import { redirect } from '@sveltejs/kit';
import { query, read, readIfAny } from '$lib/api.ts';
import type { BadgeCase } from '$lib/contract/badges.ts';
import type { BoardView } from '$lib/contract/boards.ts';
import type { Performance, Trend } from '$lib/contract/performance.ts';
import type { Wallet } from '$lib/contract/points.ts';
import { hasOwnDay } from '$lib/session.ts';
import type { PageLoad } from './$types';

const WINDOWS = ['hour', 'day', 'week', 'month'] as const;

export const load: PageLoad = async ({ fetch, parent, url, depends }) => {
  depends('floor:today');
  const { session } = await parent();
  if (!hasOwnDay(session) || !session.person) redirect(303, '/boards');
  const window = WINDOWS.find((name) => name === url.searchParams.get('window')) ?? 'day';
  const id = session.person.id;
  const asked = query({ window });
  const [performance, trends, standing, wallet, badges] = await Promise.all([
    read<Performance>(fetch, `people/${id}/performance?${asked}`),
    readIfAny<{ items: Trend[] }>(fetch, `people/${id}/trends?${asked}`),
    readIfAny<BoardView>(fetch, `boards/score?${asked}`),
    read<Wallet>(fetch, `people/${id}/points?limit=6`),
    read<BadgeCase>(fetch, `people/${id}/badges`),
  ]);
  return {
    person: session.person,
    window,
    windows: WINDOWS,
    performance,
    standing,
    wallet,
    badges,
    readAt: new Date().toISOString(),
    trends: trends?.items ?? [],
  };
};
