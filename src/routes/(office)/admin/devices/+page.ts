import { read, readAll } from '$lib/api.ts';
import type { Device } from '$lib/contract/wall.ts';
import type { PageLoad } from './$types';

type List<Row> = { items: Row[]; next: string | null };
export type Named = { id: string; name: string };

/** The screens that still have their token, and what they may be told to show. */
export const load: PageLoad = async ({ fetch, url, depends }) => {
  depends('app:devices');
  const [devices, teams, sites, boards] = await Promise.all([
    readAll<Device>(fetch, 'devices'),
    read<List<Named>>(fetch, 'teams?limit=500'),
    read<List<Named>>(fetch, 'sites?limit=500'),
    read<List<Named>>(fetch, 'boards'),
  ]);
  return {
    devices: devices.filter((device) => device.revokedAt === null),
    scopes: [
      { id: 'org', name: '' },
      ...sites.items.map(({ id, name }) => ({ id: `site:${id}`, name })),
      ...teams.items.map(({ id, name }) => ({ id: `team:${id}`, name })),
    ],
    boards: boards.items,
    code: url.searchParams.get('code') ?? '',
  };
};
