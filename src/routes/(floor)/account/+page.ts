import { read, readIfAny } from '$lib/api.ts';
import type { PageLoad } from './$types';

export type SignedIn = { id: string; browser: string | null; createdAt: string; seenAt: string; current: boolean };
export type Look = { viewer: { kind: string; id: string; name: string }; noun: string; at: string; times: number };

export const load: PageLoad = async ({ fetch, parent, depends }) => {
  depends('floor:account');
  const { session } = await parent();
  const person = session.person?.id;
  const [sessions, looks] = await Promise.all([
    read<{ items: SignedIn[] }>(fetch, 'account/sessions'),
    person ? readIfAny<{ items: Look[] }>(fetch, `people/${person}/looks?limit=50`) : null,
  ]);
  return { sessions: sessions.items, looks: looks?.items ?? [], person };
};
