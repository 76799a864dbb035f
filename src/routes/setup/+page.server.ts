import { fail, redirect } from '@sveltejs/kit';
import { knock } from '$lib/session.ts';
import { t } from '$lib/words.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url, setHeaders }) => {
  setHeaders({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
  return { hasToken: Boolean(url.searchParams.get('token')) };
};

export const actions: Actions = {
  default: async ({ request, fetch, url }) => {
    const form = await request.formData();
    const [name, email] = [String(form.get('name') ?? '').trim(), String(form.get('email') ?? '').trim()];
    const password = String(form.get('password') ?? '');
    if (!name || !email || !password) return fail(400, { name, email, problem: t('setup.missing') });
    const refused = await knock(fetch, 'setup', { token: url.searchParams.get('token'), name, email, password });
    if (refused) return fail(refused.status, { name, email, problem: reasonOf(refused) });
    redirect(303, '/');
  },
};

function reasonOf({ status, detail }: { status: number; detail: string }): string {
  if (status >= 500) return t('login.away');
  return status === 400 && detail ? detail : t('setup.used');
}
