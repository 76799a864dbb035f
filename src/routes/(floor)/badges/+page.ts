import { redirect } from '@sveltejs/kit';
import { read } from '$lib/api.ts';
import type { BadgeCase } from '$lib/contract/badges.ts';
import { hasOwnDay } from '$lib/session.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, parent, depends }) => {
  depends('floor:badges');
  const { session } = await parent();
  if (!hasOwnDay(session) || !session.person) redirect(303, '/boards');
  return { person: session.person, badges: await read<BadgeCase>(fetch, `people/${session.person.id}/badges`) };
};
