import { error, fail, redirect } from '@sveltejs/kit';
import { readIfAny } from '$lib/api.ts';
import { homeOf, knock, sessionOf } from '$lib/session.ts';
import { t } from '$lib/words.ts';
import type { Actions, PageServerLoad } from './$types';

type DemoLogin = { email: string; name: string; role: string; password: string };

export const load: PageServerLoad = async ({ fetch }) => {
  const session = await sessionOf(fetch);
  if (session) redirect(303, homeOf(session));
  const demo = await readIfAny<{ logins: DemoLogin[] }>(fetch, 'demo');
  return { logins: demo?.logins ?? [] };
};

export const actions: Actions = {
  enter: async ({ request, fetch, url }) => {
    const form = await request.formData();
    const [email, password] = [String(form.get('email') ?? '').trim(), String(form.get('password') ?? '')];
    if (!email || !password) return fail(400, { email, problem: t('login.missing') });
    const refused = await knock(fetch, 'session', { email, password });
    if (refused) return fail(refused.status, { email, problem: reasonOf(refused.status) });
    redirect(303, inside(url.searchParams.get('to')));
  },
  leave: async ({ fetch }) => {
    const answer = await fetch('/api/v1/session', { method: 'DELETE' });
    // to be shown the door while the session lives on would be a lie
    if (!answer.ok && answer.status !== 401) error(answer.status, t('login.away'));
    redirect(303, '/login');
  },
};

function reasonOf(status: number): string {
  if (status === 429) return t('login.many');
  return status >= 500 ? t('login.away') : t('login.wrong');
}

/** Only an address of this house is followed after signing in. */
const inside = (to: string | null): string => (to && /^\/(?![/\\])/.test(to) ? to : '/');
