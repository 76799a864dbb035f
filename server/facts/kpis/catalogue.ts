import type { Guard, Kpi } from '#contract/definitions.ts';
import { SERVICE_KPIS } from './queue-kpis.ts';
import { type BuiltIn, COUNTED, HOURS, perWindow, RATED } from './words.ts';

export type { BuiltIn } from './words.ts';

/** Guards of the speed KPIs. Those without a bound bind once the organisation gives one, or a target for the guard. */
const SPEED_GUARDS: Guard[] = [{ kpi: 'short_share', bound: 0.05 }, { kpi: 'transfer_rate' }, { kpi: 'repeat_share' }];

const HANDLING = 'talk_ms + hold_ms + acw_ms';

const HANDLING_KPIS: BuiltIn[] = [
  {
    id: 'aht',
    name: 'Average handle time',
    words:
      'How long a contact takes from the first word to the end of its paperwork: talk, hold and after-call work of the handled contacts, divided by their number.',
    source:
      'Genesys Cloud (total handle over count) and Amazon Connect (average handle time); every handled leg counts as a contact.',
    unit: 'ms',
    better: 'lower',
    kind: 'mean',
    value: `(${HANDLING}) / handled`,
    sample: 'handled',
    minSample: perWindow(COUNTED),
    controllable: true,
    guards: SPEED_GUARDS,
  },
  {
    id: 'acw',
    name: 'After-call work',
    words:
      'How long the paperwork after a contact takes, on average over all handled contacts, those without any included.',
    source: 'Amazon Connect (average after contact work time): over all handled contacts.',
    unit: 'ms',
    better: 'lower',
    kind: 'mean',
    value: 'acw_ms / handled',
    sample: 'handled',
    minSample: perWindow(COUNTED),
    controllable: true,
    guards: SPEED_GUARDS,
  },
  {
    id: 'handled',
    name: 'Contacts handled',
    words:
      'How many contacts were handled. A contact that is passed on counts for each person who handled a leg of it.',
    source: 'Amazon Connect (contacts handled).',
    unit: 'count',
    better: 'higher',
    kind: 'ratio',
    value: 'handled',
    sample: 'handled',
    minSample: 1,
    controllable: false,
  },
  {
    id: 'hold_share',
    name: 'Share of time on hold',
    words: 'Of the time spent with the customer on the line, the part that the customer waited on hold.',
    source: 'Common in the field; the hold time of the handled contacts over talk and hold.',
    unit: 'share',
    better: 'lower',
    kind: 'ratio',
    value: 'hold_ms / (talk_ms + hold_ms)',
    sample: 'handled',
    minSample: perWindow(COUNTED),
    controllable: true,
  },
  {
    id: 'transfer_rate',
    name: 'Transfer rate',
    words:
      'Of the contacts handled, the share that was passed on to somebody else, blind or after consultation. A conference is no transfer.',
    source: 'Amazon Connect (contacts transferred out by agent over contacts handled).',
    unit: 'share',
    better: 'lower',
    kind: 'proportion',
    value: 'transferred_out / handled',
    sample: 'handled',
    minSample: perWindow(RATED),
    controllable: true,
  },
  {
    id: 'fcr',
    name: 'First contact resolution',
    words:
      'Of the contacts handled, the share after which the customer did not come back within 7 days. Provisional until those days are over.',
    source: 'The system-measured variant (no repeat in 7 days); a repeat is charged to the first contact.',
    unit: 'share',
    better: 'higher',
    kind: 'proportion',
    value: '(handled - repeated) / handled',
    sample: 'handled',
    minSample: perWindow(RATED),
    controllable: true,
    settleDays: 7,
  },
  {
    id: 'short_share',
    name: 'Short contacts',
    words:
      'Of the contacts handled, the share that ended sooner than the queue takes for plausible. It keeps speed honest.',
    source: 'Floorlight; the limit is set for each queue.',
    unit: 'share',
    better: 'lower',
    kind: 'proportion',
    value: 'short / handled',
    sample: 'handled',
    minSample: perWindow(RATED),
    controllable: true,
  },
  {
    id: 'repeat_share',
    name: 'Repeat contacts',
    words: 'Of the contacts handled, the share after which the customer came back within 7 days, to whichever queue.',
    source: 'Floorlight; the other side of first contact resolution.',
    unit: 'share',
    better: 'lower',
    kind: 'proportion',
    value: 'repeated / handled',
    sample: 'handled',
    minSample: perWindow(RATED),
    controllable: true,
  },
];

const TIME_KPIS: BuiltIn[] = [
  {
    id: 'occupancy',
    name: 'Occupancy',
    words:
      'Of the time spent handling contacts or ready for the next one, the part spent handling. Too high wears people out, too low leaves them idle.',
    source: 'Amazon Connect and Call Centre Helper: handling over handling and available; the sample is in minutes.',
    unit: 'share',
    better: 'range',
    kind: 'ratio',
    value: `(${HANDLING}) / (${HANDLING} + available_ms)`,
    sample: `(${HANDLING} + available_ms) / 60000`,
    minSample: perWindow(HOURS),
    controllable: false,
  },
  {
    id: 'utilisation',
    name: 'Utilisation',
    words: 'Of the time logged in, the part spent handling contacts or ready for one.',
    source:
      'Assembled and WeWFM: handling and available over paid time; logged-in time stands for paid time; the sample is in minutes.',
    unit: 'share',
    better: 'higher',
    kind: 'ratio',
    value: `(${HANDLING} + available_ms) / login_ms`,
    sample: 'login_ms / 60000',
    minSample: perWindow(HOURS),
    controllable: false,
  },
  {
    id: 'adherence',
    name: 'Schedule adherence',
    words: 'Of the scheduled time, the part spent in the state that was planned for that moment.',
    source: 'Amazon Connect: adherent time over scheduled time; the sample is in minutes.',
    unit: 'share',
    better: 'higher',
    kind: 'ratio',
    value: 'adherent_ms / scheduled_ms',
    sample: 'scheduled_ms / 60000',
    minSample: perWindow(HOURS),
    controllable: true,
  },
  {
    id: 'conformance',
    name: 'Schedule conformance',
    words:
      'The time worked over the time scheduled, whenever it was worked. Above 100 % is time worked beyond the schedule.',
    source: 'Genesys Cloud (actual over scheduled on-queue time); the sample is in minutes.',
    unit: 'share',
    better: 'higher',
    kind: 'ratio',
    value: 'worked_ms / scheduled_ms',
    sample: 'scheduled_ms / 60000',
    minSample: perWindow(HOURS),
    controllable: true,
  },
];

/** The KPIs every organisation starts with, by id. An organisation's own definition of the same id replaces one. */
export const BUILT_IN: ReadonlyMap<string, BuiltIn> = new Map(
  [...HANDLING_KPIS, ...TIME_KPIS, ...SERVICE_KPIS].map((kpi) => [kpi.id, kpi]),
);

/** Least sample of a KPI in a window; a window it does not name counts like its nearest neighbour of similar length. */
export function minSampleOf(kpi: Pick<Kpi, 'minSample'>, window: { name: string; from: number; to: number }): number {
  const least = kpi.minSample;
  if (typeof least === 'number') return least;
  const name = window.name === 'custom' ? lengthName(window.to - window.from) : window.name;
  const order = NEAREST[name] ?? NEAREST.day;
  for (const near of order ?? []) {
    const found = least[near];
    if (found !== undefined) return found;
  }
  return 0;
}

const HOUR_MS = 3_600_000;

function lengthName(ms: number): string {
  if (ms <= HOUR_MS) return 'hour';
  if (ms <= 25 * HOUR_MS) return 'day';
  if (ms <= 169 * HOUR_MS) return 'week';
  return ms <= 745 * HOUR_MS ? 'month' : 'quarter';
}

type Named = keyof Exclude<Kpi['minSample'], number>;

const NEAREST: Record<string, Named[]> = {
  hour: ['hour', '60m', 'day', 'week', 'month', 'quarter', 'season'],
  '60m': ['60m', 'hour', 'day', 'week', 'month', 'quarter', 'season'],
  day: ['day', 'hour', '60m', 'week', 'month', 'quarter', 'season'],
  week: ['week', 'day', 'month', 'quarter', 'season', 'hour', '60m'],
  month: ['month', 'week', 'quarter', 'season', 'day', 'hour', '60m'],
  quarter: ['quarter', 'season', 'month', 'week', 'day', 'hour', '60m'],
  season: ['season', 'quarter', 'month', 'week', 'day', 'hour', '60m'],
};
