import { redirect } from '@sveltejs/kit';
import { sessionOf } from '$lib/session.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ fetch, url }) => {
  const session = await sessionOf(fetch);
  if (!session)
    redirect(303, url.pathname === '/' ? '/login' : `/login?to=${encodeURIComponent(url.pathname + url.search)}`);
  return { session };
};
