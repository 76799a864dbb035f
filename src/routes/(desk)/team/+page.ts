import { error } from '@sveltejs/kit';
import { query, read } from '$lib/api.ts';
import type { Team } from '$lib/contract/people.ts';
import type { Members } from '$lib/contract/team.ts';
import { t } from '$lib/words.ts';
import type { PageLoad } from './$types';

const WINDOWS = ['hour', 'day', 'week', 'month'] as const;

export const load: PageLoad = async ({ fetch, parent, url }) => {
  const { session } = await parent();
  const { items } = await read<{ items: (Team & { supervisor?: string | null })[] }>(fetch, 'teams?limit=500');
  const led = items.filter((team) => team.supervisor === session.person?.id);
  const seesAll = session.roles.some((role) => ['manager', 'admin', 'executive', 'quality', 'trainer'].includes(role));
  if (!seesAll && led.length === 0 && !session.roles.includes('supervisor'))
    error(403, { message: t('error.403'), code: 'forbidden' });
  const teams = seesAll ? items : led;
  const window = WINDOWS.find((name) => name === url.searchParams.get('window')) ?? 'day';
  const team = teams.find(({ id }) => id === url.searchParams.get('team')) ?? led[0] ?? teams[0] ?? null;
  const members = team
    ? await read<Members>(fetch, `teams/${encodeURIComponent(team.id)}/people?${query({ window })}`)
    : null;
  return { teams, team, window, windows: WINDOWS, members };
};
