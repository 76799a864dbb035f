import { query, read, readIfAny } from '$lib/api.ts';
import type { CoachingView, Flag, OwnCoaching, PlaybookStep } from '$lib/contract/coaching.ts';
import type { PageLoad } from './$types';

const LEADERS = ['supervisor', 'manager', 'admin'];

export const load: PageLoad = async ({ fetch, url, depends, parent }) => {
  depends('desk:coaching');
  const { session } = await parent();
  const leads = session.roles.some((role) => LEADERS.includes(role));
  const asked = leads ? { limit: '200' } : { person: session.person?.id, limit: '200' };
  const list = await read<OwnCoaching>(fetch, `coaching?${query(asked)}`);
  const id = url.searchParams.get('plan') ?? list.items[0]?.id ?? null;
  const from = leads ? url.searchParams.get('flag') : null;
  const [plan, flag] = await Promise.all([
    id ? readIfAny<CoachingView>(fetch, `coaching/${encodeURIComponent(id)}`) : null,
    from ? readIfAny<Flag>(fetch, `flags/${encodeURIComponent(from)}`) : null,
  ]);
  const steps = flag && (await readIfAny<{ items: PlaybookStep[] }>(fetch, `playbooks?${query({ kpi: flag.kpi.id })}`));
  return { leads, plans: list.items, position: list.position, plan, flag, steps: steps?.items ?? [] };
};
