import { definitionsFor } from '../server/attainment/definitions/definitions.ts';
import { defineBoards } from '../server/game/leaderboards/boards.ts';
import type { NewEvent } from '../server/log/catalogue.ts';
import { rosterOf } from '../server/people/roster.ts';
import { Board } from '../src/lib/contract/definitions.ts';
import type { ScoredFloor } from './scored-floor.ts';

export const TEAMS = { north: 'lisbon', south: 'jerusalem', west: 'lisbon' } as const;
export const QUEUES = ['orders', 'returns', 'billing', 'claims'];
export const PEOPLE = ['dan', 'eli', 'fay', 'gil', 'hana', 'ines', 'joao', 'keren'];
/** Agents of the source; the last two are nobody's, or were two people's one after the other. */
export const AGENTS = [...PEOPLE.map((_, n) => `20${n}`), '1001', '1002', '9999', '2100'];

/** Adds to the cast a site in Lisbon and one in Jerusalem, with teams, people, queues, targets and a scorecard. */
export async function twoSites(floor: ScoredFloor, handover: number, gates = GATES): Promise<void> {
  const put = async (url: string, body: unknown) => {
    const answer = await floor.api('PUT', `/api/v1/${url}`, body);
    if (answer.status >= 300) throw new Error(`${url}: ${JSON.stringify(answer.body)}`);
  };
  await put('sites', [
    { id: 'lisbon', name: 'Lisbon', timeZone: 'Europe/Lisbon' },
    { id: 'jerusalem', name: 'Jerusalem', timeZone: 'Asia/Jerusalem' },
  ]);
  await put(
    'teams',
    Object.entries(TEAMS).map(([id, site]) => ({ id, name: id, site })),
  );
  await put('queues', [
    { id: 'orders', site: 'lisbon', serviceLevelMs: 30_000 },
    { id: 'returns', site: 'jerusalem', shortMs: 60_000 },
  ]);
  await put('people', people(new Date(handover).toISOString()));
  await put('kpis/orders_aht', ORDERS_AHT);
  await put('targets', TARGETS);
  await put('scorecards/agent', { kpis: CARD, gates });
  await floor.settle();
}

/** Boards to be kept: of a score, of KPIs, by day and week, of all and of some. */
export const BOARDS = [
  { id: 'fastest', measure: 'aht', window: 'day', scopes: ['org', 'site:lisbon', 'site:jerusalem', 'team:north'] },
  { id: 'best', measure: 'score', window: 'week', scopes: ['org', 'site:jerusalem', 'team:south'] },
  { id: 'liked', measure: 'csat', window: 'week' },
  { id: 'orders', measure: 'orders_aht', window: 'week' },
].map((board) => Board.parse({ mode: 'full', ...board }));

export async function keepBoards(floor: ScoredFloor): Promise<void> {
  const { orgId, db } = floor;
  const now = floor.clock.now();
  const definitions = await definitionsFor(db.of(orgId), orgId, { name: 'day', from: now, to: now });
  await defineBoards(floor, { orgId, roster: await rosterOf(db.of(orgId), orgId), definitions }, BOARDS);
  await floor.settle();
}

/** The word that the buckets up to an instant are over. */
export const bucketClosed = (to: number): NewEvent => ({
  source: 'floorlight',
  id: `window:bucket:${to}`,
  type: 'window.closed',
  time: to,
  data: { window: 'bucket', to },
});

function people(handover: string) {
  const teams = Object.keys(TEAMS);
  return PEOPLE.map((id, n) => {
    const identities: { source: string; agent: string; from?: string; to?: string }[] = [
      { source: 'acd', agent: `20${n}` },
    ];
    if (n === 0) identities.push({ source: 'acd', agent: '2100', to: handover });
    if (n === 1) identities.push({ source: 'acd', agent: '2100', from: handover });
    return { id, name: id, roles: ['agent'], team: teams[n % teams.length], identities };
  });
}

const ORDERS_AHT = {
  name: 'AHT of orders',
  unit: 'ms',
  better: 'lower',
  kind: 'mean',
  value: '(talk_ms + acw_ms) / handled',
  sample: 'handled',
  minSample: 2,
  filter: { queues: ['orders'], channels: ['voice'] },
};
const TARGETS = [
  { kpi: 'aht', floor: 600_000, target: 400_000, stretch: 250_000 },
  { kpi: 'aht', team: 'north', floor: 500_000, target: 333_333, stretch: 200_000 },
  { kpi: 'orders_aht', floor: 700_000, target: 410_000, stretch: 210_000 },
  { kpi: 'transfer_rate', floor: 0.6, target: 0.3, stretch: 0.1 },
  { kpi: 'nps', floor: -50, target: 0, stretch: 33 },
  { kpi: 'conversion', floor: 0.1, target: 0.3, stretch: 0.7 },
];
const GATES = [{ kpi: 'transfer_rate', mark: 'floor' }];
const CARD = [
  { kpi: 'aht', weight: 3 },
  { kpi: 'transfer_rate', weight: 2 },
  { kpi: 'csat', weight: 2 },
  { kpi: 'quality', weight: 2 },
  { kpi: 'adherence', weight: 1 },
];
