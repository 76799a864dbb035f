import type { Board, Scorecard, Target } from '#contract/definitions.ts';
import type { RewardWish } from '#contract/rewards.ts';

const seconds = (s: number): number => s * 1000;
const marks = (floor: number, target: number, stretch: number) => ({ floor, target, stretch });

/** What Harbour Lights aims for; where it says nothing, the customary targets of the house hold. */
export const TARGETS: Target[] = [
  { kpi: 'aht', ...marks(seconds(380), seconds(315), seconds(265)) },
  { kpi: 'aht', role: 'agent', rampDays: 30, ...marks(seconds(500), seconds(430), seconds(365)) },
  { kpi: 'aht', role: 'agent', rampDays: 60, ...marks(seconds(450), seconds(380), seconds(320)) },
  { kpi: 'acw', ...marks(seconds(75), seconds(52), seconds(38)) },
  { kpi: 'transfer_rate', ...marks(0.14, 0.09, 0.05) },
  { kpi: 'transfer_rate', role: 'agent', rampDays: 30, ...marks(0.2, 0.14, 0.09) },
  { kpi: 'short_share', ...marks(0.05, 0.03, 0.01) },
  // customers come back more often here than elsewhere: half of the floor is at this target in a week, few are at the stretch mark
  { kpi: 'fcr', ...marks(0.74, 0.84, 0.9) },
  { kpi: 'nps', ...marks(10, 30, 55) },
  { kpi: 'conversion', ...marks(0.18, 0.26, 0.36) },
  { kpi: 'asa', ...marks(seconds(30), seconds(20), seconds(12)) },
];

/** Billing and technical help take longer than service: handle times are compared as if everybody had the same mix of queues. */
export const KPI_CHANGES: readonly { id: string; caseMix: boolean }[] = [{ id: 'aht', caseMix: true }];

/** The scorecard of agents. Whoever certainly ends too many contacts early is not eligible. */
export const AGENT_SCORECARD: Scorecard = {
  kpis: [
    { kpi: 'aht', weight: 30 },
    { kpi: 'csat', weight: 20 },
    { kpi: 'adherence', weight: 20 },
    { kpi: 'quality', weight: 15 },
    { kpi: 'transfer_rate', weight: 15 },
  ],
  gates: [{ kpi: 'short_share', mark: 'floor' }],
};

const TEAMS = ['aurora', 'habagat', 'tejo', 'douro', 'noite', 'mondego'];
const EVERYWHERE = ['org', 'site:main', 'site:manila', ...TEAMS.map((team) => `team:${team}`)];

/** The boards that are kept live. */
export const BOARDS: Board[] = [
  { id: 'score', measure: 'score', window: 'day', unit: 'person', scopes: EVERYWHERE, mode: 'benchmark', n: 10 },
  { id: 'aht', measure: 'aht', window: 'day', unit: 'person', scopes: EVERYWHERE, mode: 'benchmark', n: 10 },
  {
    id: 'csat',
    measure: 'csat',
    window: 'week',
    unit: 'person',
    scopes: ['org', 'site:main', 'site:manila'],
    mode: 'top-n',
    n: 5,
  },
  { id: 'points', measure: 'points', window: 'week', unit: 'person', scopes: EVERYWHERE, mode: 'top-n', n: 5 },
  { id: 'score-week', measure: 'score', window: 'week', unit: 'person', scopes: ['org'], mode: 'top-n', n: 5 },
];

/** What points are worth at Harbour Lights. */
export const REWARDS: readonly RewardWish[] = [
  {
    id: 'coffee',
    name: 'A coffee on the house',
    words: 'From the good machine, any day.',
    icon: 'coffee',
    price: 150,
    stock: null,
    visible: true,
  },
  {
    id: 'late-start',
    name: 'Start an hour later',
    words: 'Once, on a day that you choose.',
    icon: 'clock',
    price: 600,
    stock: 40,
    visible: true,
  },
  {
    id: 'cinema',
    name: 'Two cinema tickets',
    words: 'For any film in town.',
    icon: 'ticket',
    price: 1_400,
    stock: 25,
    visible: true,
  },
  {
    id: 'book',
    name: 'A book of your choice',
    words: 'To read or to give away.',
    icon: 'book',
    price: 1_800,
    stock: 30,
    visible: true,
  },
  {
    id: 'headset',
    name: 'A quieter headset',
    words: 'Yours to keep, with a case.',
    icon: 'headphones',
    price: 4_500,
    stock: 8,
    visible: true,
  },
  {
    id: 'day-off',
    name: 'A day off',
    words: 'A day more in this year’s calendar.',
    icon: 'plane',
    price: 9_000,
    stock: 6,
    visible: true,
  },
];
