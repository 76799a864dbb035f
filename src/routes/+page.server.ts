import { redirect } from '@sveltejs/kit';
import { homeOf, sessionOf } from '$lib/session.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch }) => {
  const session = await sessionOf(fetch);
  redirect(303, session ? homeOf(session) : '/login');
};
