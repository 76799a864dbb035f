import { HOUSE, type NewEvent } from '../server/log/catalogue.ts';
import { type EveryDoor, newEveryDoor } from './every-door.ts';
import { call } from './scored-floor.ts';

/** What there is of everything, by the name of its kind. */
export type Ids = Record<
  | 'person'
  | 'team'
  | 'queue'
  | 'site'
  | 'board'
  | 'kpi'
  | 'reward'
  | 'source'
  | 'device'
  | 'flag'
  | 'plan'
  | 'key'
  | 'grant'
  | 'redemption'
  | 'session'
  | 'code'
  | 'upload',
  string
>;

/** The same kinds, none of which is there. */
export const NONE: Ids = {
  ...{ person: 'ghost', team: 'ghosts', queue: 'ghostly', site: 'nowhere', board: 'ghosted', kpi: 'ghost_kpi' },
  ...{ reward: 'boo', source: 'ghost-acd', device: 'ghost-device', flag: 'ghost.aht.day0', plan: 'ghost-plan' },
  ...{
    key: 'ghost-key',
    grant: 'ghost-grant',
    redemption: '00000000-0000-7000-8000-000000000000',
    session: 'f'.repeat(32),
    code: 'QQQQ-QQQQ',
    upload: '00000000-0000-7000-8000-000000000001',
  },
};

/** Stands in every name and every text of this floor, and nowhere else. */
export const MARK = 'Zanzibar';
const NOW = Date.parse('2026-03-11T16:00:00Z');
const REDS = Object.entries({ ana: '1001', ben: '1002', dora: '1004', emil: '1005', fay: '1006', gus: '1007' });

export type LivedFloor = EveryDoor & { ids: Ids };

/** Every door on a floor where something of everything has happened, most of it to ana. */
export async function newLivedFloor(): Promise<LivedFloor> {
  const floor = await newEveryDoor({ now: NOW });
  const as =
    (who: keyof EveryDoor['headers']) => async (method: 'GET' | 'PUT' | 'POST', path: string, body?: object) => {
      const url = `/api/v1/${path}`;
      const answer = await floor.app.inject({
        method,
        url,
        headers: floor.headers[who],
        ...(body ? { payload: body } : {}),
      });
      if (answer.statusCode >= 300) throw new Error(`${method} ${url} as ${who}: ${answer.statusCode} ${answer.body}`);
      return answer.json();
    };
  await furnished(as('admin'));
  await floor.settle();
  await floor.told(...REDS.flatMap(([, agent]) => callsOf(agent)), ...OF_ANA);
  const ids = await happened(floor, as);
  await floor.settle();
  return { ...floor, ids };
}

type Hand = (
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  body?: object,
) => Promise<{ id: string; code: string; items: { id: string; current?: boolean }[] }>;

async function furnished(admin: Hand): Promise<void> {
  await admin('PUT', 'sites', [{ id: 'harbour', name: `Harbour ${MARK}`, timeZone: 'Europe/Berlin' }]);
  await admin('PUT', 'teams', [
    { id: 'red', name: `Red ${MARK}`, site: 'harbour', supervisor: 'rita' },
    { id: 'blue', name: `Blue ${MARK}`, site: 'harbour', supervisor: 'paul' },
  ]);
  await admin('PUT', 'queues', [{ id: 'billing', name: `Billing ${MARK}` }]);
  await admin('PUT', 'people', [
    ...REDS.map(([id, agent]) => ({ ...personOf(id, 'red'), identities: [{ source: 'acd', agent }] })),
    personOf('cleo', 'blue'),
  ]);
  await admin('PUT', 'targets', [
    { kpi: 'aht', floor: 400_000, target: 300_000, stretch: 200_000 },
    { kpi: 'aht', person: 'ana', floor: 410_000, target: 310_000, stretch: 210_000 },
  ]);
  await admin('PUT', 'scorecards/agent', { kpis: [{ kpi: 'aht', weight: 1 }] });
  await admin('PUT', 'kpis/own_kpi', {
    name: `Own ${MARK}`,
    unit: 'count',
    better: 'higher',
    kind: 'ratio',
    value: 'handled',
    sample: 'handled',
    minSample: 1,
  });
  await admin('PUT', 'boards/talkers', { measure: 'aht', scopes: ['org', 'team:red'], mode: 'full' });
  await admin('PUT', 'boards/tops', { measure: 'aht', mode: 'top-n', n: 3 });
  await admin('PUT', 'rewards', [
    { id: 'coffee', name: `A coffee ${MARK}`, words: MARK, icon: 'coffee', price: 40, stock: 5 },
  ]);
}

const personOf = (id: string, team: string) => ({
  id,
  name: `${id.charAt(0).toUpperCase()}${id.slice(1)} ${MARK}`,
  roles: ['agent'],
  team,
});

const callsOf = (agent: string): NewEvent[] =>
  Array.from({ length: 22 }, (_, n) =>
    call(`${agent}-${n}`, agent, {
      at: new Date(NOW - 7 * 3_600_000 + n * 900_000).toISOString(),
      talkMs: 200_000 + n * 1_000,
    }),
  );

const FLAG = 'ana.aht.day1773097200000';
const WINDOW = {
  window: 'day',
  from: 1773097200000,
  to: 1773183600000,
  value: 500_000,
  sample: 22,
  interval: [450_000, 550_000],
  mark: 400_000,
  p: null,
  beyond: true,
};
const OF_ANA: NewEvent[] = [
  {
    ...{ source: HOUSE, id: `flag:opened:${FLAG}`, type: 'flag.opened', time: NOW },
    data: {
      ...{ flag: FLAG, rule: 'a', person: 'ana', kpi: 'aht', grain: 'day', windows: [WINDOW], gain: 10 },
      about: {
        definition: { version: 0, text: 'aht' },
        target: { version: 1, of: 'org', mark: 'floor', marks: { floor: 400_000, target: 300_000, stretch: 200_000 } },
        guardOf: null,
      },
    },
  },
  {
    ...{
      source: HOUSE,
      id: 'points:lived:ana',
      type: 'points.awarded',
      time: NOW,
      agent: { source: HOUSE, name: 'ana' },
    },
    data: {
      rule: 'day-score',
      version: 1,
      person: 'ana',
      window: 'day',
      from: 0,
      to: 1,
      amount: 100,
      score: 1000,
      cause: 'lived',
    },
  },
];

/** What people did there, each at their own door. */
async function happened(floor: EveryDoor, as: (who: keyof EveryDoor['headers']) => Hand): Promise<Ids> {
  const [ana, rita, admin] = [as('ana'), as('rita'), as('admin')];
  await ana('POST', `flags/${FLAG}/answer`, { answer: `Long callers, ${MARK}` });
  const plan = await rita('POST', 'coaching', {
    person: 'ana',
    flag: FLAG,
    kpi: 'aht',
    goal: `Shorter ${MARK}`,
    steps: [`Listen ${MARK}`],
    dueOn: '2026-04-01',
  });
  const grant = await rita('POST', 'grants', { person: 'ana', reward: 'coffee', reason: `Calm in ${MARK}` });
  const redemption = await ana('POST', 'redemptions', { reward: 'coffee' });
  const device = await admin('POST', 'devices', { name: `Wall ${MARK}`, scope: 'org' });
  const key = await admin('POST', 'keys', { name: `Key ${MARK}`, scopes: ['read'] });
  const pairing = await floor.app.inject({ method: 'POST', url: '/api/v1/pairings' });
  const sessions = await ana('GET', 'account/sessions');
  await admin('GET', 'people/ana/performance');
  return {
    ...{
      person: 'ana',
      team: 'red',
      queue: 'billing',
      site: 'harbour',
      board: 'talkers',
      kpi: 'own_kpi',
      reward: 'coffee',
    },
    ...{ source: 'acd', device: device.id, flag: FLAG, plan: plan.id, key: key.id, grant: grant.id },
    ...{ redemption: redemption.id, session: sessions.items[0]?.id ?? '', code: pairing.json().code },
    upload: await uploaded(floor),
  };
}

/** A file that was tried, and came to its end. */
async function uploaded({ app, headers }: EveryDoor): Promise<string> {
  const how = { source: `pbx ${MARK}`, format: 'queue_log', dryRun: true, detached: true };
  const parts = ['--x', 'content-disposition: form-data; name="how"', '', JSON.stringify(how)];
  const file = ['--x', 'content-disposition: form-data; name="file"; filename="queue_log"', '', CALLS, '--x--', ''];
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/imports',
    headers: { ...headers.admin, 'content-type': 'multipart/form-data; boundary=x' },
    payload: [...parts, ...file].join('\r\n'),
  });
  const { id } = answer.json();
  const state = async () => (await app.inject({ url: `/api/v1/imports/${id}`, headers: headers.admin })).json().state;
  while ((await state()) === 'reading');
  return id;
}

const CALLS = `1773219600|c1|billing|NONE|ENTERQUEUE||030|1
1773219605|c1|billing|SIP/7|CONNECT|5|c1.1|2
1773219665|c1|billing|SIP/7|COMPLETECALLER|5|60|1
nonsense
`;
