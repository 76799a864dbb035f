import { createKey } from '../server/people/accounts/commands.ts';
import { SCOPES } from '../src/lib/contract/words.ts';
import { type Door, newScoredFloor, type ScoredFloor } from './scored-floor.ts';

/** Whoever may stand at a door: rita leads ana's team, paul leads another; ana asks about herself, ben (of her team) and cleo (of another) about ana. */
export const VIEWERS = [
  ...['nobody', 'ana', 'ben', 'cleo', 'rita', 'paul', 'quality', 'trainer', 'manager', 'executive', 'admin'],
  ...['device', 'events:write', 'people:write', 'definitions:write', 'read', 'metrics'],
] as const;
export type ViewerName = (typeof VIEWERS)[number];

export type Headers = Record<string, string>;
/** `screen` is the id of the viewer `device`. */
export type EveryDoor = ScoredFloor & { headers: Record<ViewerName, Headers>; screen: string };

/** The scored floor with one of each who may ask. @param options as of the scored floor */
export async function newEveryDoor(options?: Parameters<typeof newScoredFloor>[0]): Promise<EveryDoor> {
  const floor = await newScoredFloor(options);
  const { app, api } = floor;
  const headers = { nobody: {} } as Record<ViewerName, Headers>;
  const people: [ViewerName, string[], string?][] = [
    ['ana', ['agent'], 'red'],
    ['ben', ['agent'], 'red'],
    ['cleo', ['agent'], 'blue'],
    ['rita', ['supervisor']],
    ['paul', ['supervisor']],
    ...(['quality', 'trainer', 'manager', 'executive', 'admin'] as const).map(
      (role) => [role, [role]] as [ViewerName, string[]],
    ),
  ];
  for (const [id, roles, team] of people) headers[id] = await floor.cookieOf(id, roles as never, team);
  await api('PUT', '/api/v1/teams', [{ id: 'blue', name: 'Blue', site: 'main', supervisor: 'paul' }]);
  for (const scope of SCOPES) {
    const { key } = await createKey(floor, floor.orgId, { name: scope, scopes: [scope] });
    headers[scope] = { authorization: `Bearer ${key}` };
  }
  const device = await app.inject({
    method: 'POST',
    url: '/api/v1/devices',
    headers: headers.admin,
    payload: { name: 'Wall', scope: 'org' },
  });
  headers.device = { authorization: `Bearer ${device.json().token}` };
  await floor.settle();
  return { ...floor, headers, screen: device.json().id };
}

const SUBJECTS: Record<string, string> = {
  people: 'ana',
  teams: 'red',
  queues: 'billing',
  sites: 'main',
  boards: 'score',
};
const QUERIES: Record<string, string> = {
  '/api/v1/receipts': '?subject=person:ana&measure=score',
  '/api/v1/targets/versions': '?kpi=aht',
};

/** The address of a door about ana, her team and her queue; what has no such subject is called `none`. */
export function addressOf({ url }: Pick<Door, 'url'>): string {
  const noun = url.split('/')[3] ?? '';
  const path = url.replace(/^(\/api\/v1\/\w+\/):\w+/, `$1${SUBJECTS[noun] ?? (noun === 'kpis' ? 'aht' : 'none')}`);
  const filled = path.replace('scorecards/none', 'scorecards/agent').replace(/:\w+/g, 'none');
  return filled + (QUERIES[url] ?? '');
}
