import { createKey, saveAccount } from '../server/people/accounts/commands.ts';
import { createDevice } from '../server/people/accounts/device-commands.ts';
import { addOrganisation } from '../server/people/begin.ts';
import { SCOPES } from '../src/lib/contract/words.ts';
import type { Headers } from './every-door.ts';
import type { ScoredFloor } from './scored-floor.ts';

const PASSWORD = 'correct horse battery';
const PEOPLE = [
  ['stan', 'admin'],
  ['sue', 'supervisor'],
  ['sam', 'agent'],
] as const;

/** Those of a second organisation in the same house, with all the rights there are in it: a key, an administrator, a leader, an agent, a screen. */
export async function newStrangers(floor: ScoredFloor): Promise<Record<string, Headers>> {
  const orgId = await addOrganisation(floor, { id: floor.orgId + 1, name: 'Southwind', timeZone: 'Europe/Berlin' });
  const { key } = await createKey(floor, orgId, { name: 'all', scopes: [...SCOPES] });
  const { token } = await createDevice(floor, orgId, { name: 'Their wall', scope: 'org' });
  const headers: Record<string, Headers> = { key: bearer(key) };
  const put = (noun: string, payload: object) =>
    floor.app.inject({ method: 'PUT', url: `/api/v1/${noun}`, headers: headers.key as Headers, payload });
  await put('teams', [{ id: 'south', name: 'South', site: 'main', supervisor: 'sue' }]);
  for (const [id, role] of PEOPLE) {
    const email = `${id}-${orgId}@southwind.example`;
    await put('people', [{ id, name: id, roles: [role], email, team: 'south' }]);
    await saveAccount(floor, { orgId, person: id }, { password: PASSWORD });
    const payload = { email, password: PASSWORD };
    const session = await floor.app.inject({ method: 'POST', url: '/api/v1/session', payload });
    headers[id] = { cookie: String(session.headers['set-cookie']).split(';')[0] ?? '' };
  }
  await floor.settle(orgId);
  return { ...headers, screen: bearer(token) };
}

const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
