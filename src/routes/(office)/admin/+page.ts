import { error, redirect } from '@sveltejs/kit';
import { placesOf } from '$lib/nav.ts';
import type { PageLoad } from './$types';

/** The office opens on the first room that is yours. */
export const load: PageLoad = async ({ parent }) => {
  const { session } = await parent();
  const first = placesOf(session, 'office')[0];
  if (!first) error(403, { message: 'forbidden', detail: '', code: 'forbidden' });
  redirect(307, first.href);
};
