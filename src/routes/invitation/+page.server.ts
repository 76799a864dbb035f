import { fail, redirect } from '@sveltejs/kit';
import { knock } from '$lib/session.ts';
import { t } from '$lib/words.ts';
import type { Actions, PageServerLoad } from './$types';

type Invited = { kind: 'invitation' | 'reset'; name: string; email: string };

const COOKIE = 'floorlight-invitation';
const AT = '/invitation';
const HELD_SECONDS = 3_600;

/** The token leaves the address at once, and waits in a cookie of this page alone: no history and no glance has it. */
export const load: PageServerLoad = async ({ url, fetch, setHeaders, cookies }) => {
  setHeaders({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
  const given = url.searchParams.get('token');
  if (given) {
    const secure = url.protocol === 'https:';
    cookies.set(COOKIE, given, { path: AT, httpOnly: true, sameSite: 'lax', secure, maxAge: HELD_SECONDS });
    redirect(303, AT);
  }
  const token = cookies.get(COOKIE);
  if (!token) return { invited: null };
  const answer = await fetch('/api/v1/invitation/view', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  return { invited: answer.ok ? ((await answer.json()) as Invited) : null };
};

export const actions: Actions = {
  default: async ({ request, fetch, cookies }) => {
    const password = String((await request.formData()).get('password') ?? '');
    const token = cookies.get(COOKIE);
    if (!token || !password) return fail(400, { problem: t('invitation.missing') });
    const refused = await knock(fetch, 'invitation', { token, password });
    if (refused) return fail(refused.status, { problem: reasonOf(refused) });
    cookies.delete(COOKIE, { path: AT });
    redirect(303, '/');
  },
};

function reasonOf({ status, detail }: { status: number; detail: string }): string {
  if (status === 429) return t('login.many');
  if (status >= 500) return t('login.away');
  return status === 400 && detail ? detail : t('invitation.over');
}
