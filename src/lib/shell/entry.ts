import { redirect } from '@sveltejs/kit';
import type { Fetch } from '../api.ts';
import type { Session } from '../contract/people.ts';
import { sessionOf } from '../session.ts';

/** What every signed-in page starts from: who is here. Whoever is not signed in is asked to, and comes back. */
export async function enter({ fetch, url }: { fetch: Fetch; url: URL }): Promise<{ session: Session }> {
  const session = await sessionOf(fetch);
  if (!session)
    redirect(303, url.pathname === '/' ? '/login' : `/login?to=${encodeURIComponent(url.pathname + url.search)}`);
  return { session };
}
