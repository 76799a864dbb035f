import { randomUUID } from 'node:crypto';
import { openSession } from '../server/people/accounts/commands.ts';
import { saveAccount } from '../server/people/accounts/store.ts';
import type { Child } from './child-house.ts';
import { KEY, type Open } from './open-house.ts';
import { until } from './raw-socket.ts';
import { openReturning, type Returning } from './returning-socket.ts';

const TEAM = 40;
const AT_ONCE = 50;
const BOARD = 'board:handling:day';

export type Asked = { queries: number; most: [text: string, times: number][] };
export type Crowd = {
  /** How many have all their topics now. */
  whole(): number;
  /** When the last of them was whole again, epoch ms. */
  lastAt(): number;
  close(): void;
};

/** People in teams of 40, each with an account and a session: their cookies. */
export async function populate(house: Open, many: number): Promise<string[]> {
  const { db, clock } = house.ground;
  const teams = Array.from({ length: Math.ceil(many / TEAM) }, (_, n) => ({
    id: `t${n}`,
    name: `Team ${n}`,
    site: 'main',
  }));
  await house.call('PUT', '/api/v1/teams', teams);
  for (let from = 0; from < many; from += 1_000)
    await house.call(
      'PUT',
      '/api/v1/people',
      Array.from({ length: Math.min(1_000, many - from) }, (_, n) => ({
        id: `p${from + n}`,
        name: `Person ${from + n}`,
        roles: ['agent'],
        team: `t${Math.floor((from + n) / TEAM)}`,
        identities: [{ source: 'acd', agent: String(from + n) }],
      })),
    );
  const board = { measure: 'aht', window: 'day', unit: 'person', scopes: ['org'], mode: 'full', n: 10 };
  const { body } = await house.call('PUT', '/api/v1/boards/handling', board);
  await house.surely('GET', `/api/v1/sources?after=${body.position}`);
  const [org] = await house.every.rows<{ id: number }>('select org_id as id from flows order by org_id limit 1');
  const orgId = org?.id ?? 0;
  const now = clock.now();
  const cookies: string[] = [];
  const signIn = async (n: number): Promise<void> => {
    const id = randomUUID();
    const account = { id, orgId, email: `p${n}@example.org`, password: null, person: `p${n}`, disabledAt: null };
    await saveAccount(db.of(orgId), account, now);
    cookies[n] = `floorlight=${await openSession(db.of(orgId), { id, orgId, browser: null }, now)}`;
  };
  for (let from = 0; from < many; from += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, many - from) }, (_, n) => signIn(from + n)));
  return cookies;
}

/** Sockets of all of them, each with the topics of a person's page. */
export async function openCrowd(url: string, cookies: readonly string[]): Promise<Crowd> {
  const sockets: Returning[] = [];
  const whole = () => sockets.filter((socket) => socket.wholeSince() !== null).length;
  for (const [n, cookie] of cookies.entries()) {
    sockets.push(openReturning(url, cookie, [`person:p${n}`, `team:t${Math.floor(n / TEAM)}`, BOARD]));
    if (sockets.length % AT_ONCE === 0 || sockets.length === cookies.length)
      await until(() => whole() === sockets.length, 120_000);
  }
  return {
    whole,
    lastAt: () => Math.max(...sockets.map((socket) => socket.wholeSince() ?? 0)),
    close: () => {
      for (const socket of sockets) socket.close();
    },
  };
}

/** What a server with `count-queries.mjs` has asked of PostgreSQL since it was last asked. */
export function queriesOf({ process: child }: Child): Promise<Asked> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as Asked));
    child.send({ kind: 'queries' });
  });
}

export { KEY };
