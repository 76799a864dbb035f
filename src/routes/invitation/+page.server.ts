import { fail, redirect } from '@sveltejs/kit';
import { knock } from '$lib/session.ts';
import { t } from '$lib/words.ts';
import type { Actions, PageServerLoad } from './$types';

type Invited = { kind: 'invitation' | 'reset'; name: string; email: string };

export const load: PageServerLoad = async ({ url, fetch, setHeaders }) => {
  setHeaders({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
  const token = url.searchParams.get('token') ?? '';
  if (!token) return { token, invited: null };
  const answer = await fetch('/api/v1/invitation/view', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  return { token, invited: answer.ok ? ((await answer.json()) as Invited) : null };
};

export const actions: Actions = {
  default: async ({ request, fetch }) => {
    const form = await request.formData();
    const [token, password] = [String(form.get('token') ?? ''), String(form.get('password') ?? '')];
    if (!token || !password) return fail(400, { problem: t('invitation.missing') });
    const refused = await knock(fetch, 'invitation', { token, password });
    if (refused) return fail(refused.status, { problem: reasonOf(refused) });
    redirect(303, '/');
  },
};

function reasonOf({ status, detail }: { status: number; detail: string }): string {
  if (status === 429) return t('login.many');
  if (status >= 500) return t('login.away');
  return status === 400 && detail ? detail : t('invitation.over');
}
