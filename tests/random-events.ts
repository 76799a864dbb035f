import type { NewEvent } from '../server/log/catalogue.ts';

/** Chance that repeats itself by its seed. */
export type Dice = { unit(): number; int(from: number, to: number): number; pick<T>(of: readonly T[]): T };

export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const unit = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
  const int = (from: number, to: number) => from + Math.floor(unit() * (to - from + 1));
  return { unit, int, pick: (of) => of[int(0, of.length - 1)] as (typeof of)[number] };
}

/** What happens on a floor: between two instants, by these agents, in these queues. */
export type Stage = { from: number; to: number; agents: readonly string[]; queues: readonly string[]; count: number };

/** Public events of every kind that adds to facts, and corrections of some of them; the same for the same seed. */
export function randomEvents(seed: number, stage: Stage): NewEvent[] {
  const dice = diceOf(seed);
  const kinds = SHARES.flatMap(([kind, share]) => Array<Make>(share).fill(kind));
  const events: NewEvent[] = [];
  for (let n = 0; n < stage.count; n++) {
    const said = dice.unit() < 0.06 && events.length > 0 ? correctionOf(dice, stage, events) : dice.pick(kinds);
    events.push({ source: 'acd', id: `e${n}`, ...(typeof said === 'function' ? said(dice, stage) : said) });
  }
  return events;
}

/** The same in another order. */
export function shuffled<T>(seed: number, list: readonly T[]): T[] {
  const dice = diceOf(seed);
  return list
    .map((one) => ({ one, key: dice.unit() }))
    .sort((a, b) => a.key - b.key)
    .map(({ one }) => one);
}

/** The same cut into pieces of 1 to `most`. */
export function cut<T>(seed: number, list: readonly T[], most: number): T[][] {
  const dice = diceOf(seed);
  const pieces: T[][] = [];
  for (let start = 0; start < list.length; ) {
    const end = start + dice.int(1, most);
    pieces.push(list.slice(start, end));
    start = end;
  }
  return pieces;
}

type Said = Omit<NewEvent, 'source' | 'id'>;
type Make = (dice: Dice, stage: Stage) => Said;

const iso = (ms: number) => new Date(ms).toISOString();
const anAgent = (dice: Dice, { agents }: Stage) => ({ source: 'acd', name: dice.pick(agents) });
const aTime = (dice: Dice, { from, to }: Stage) => dice.int(from, to - 1);
const anInteraction = (dice: Dice, { count }: Stage) => `i-${dice.int(0, Math.ceil(count / 3))}`;

const leg: Make = (dice, stage) => {
  const ended = aTime(dice, stage);
  const talkMs = dice.pick([0, 4_001, dice.int(30_000, 900_000), dice.int(30_000, 900_000)]);
  const waitMs = dice.int(0, 60_000);
  return {
    type: 'interaction.ended',
    time: ended,
    agent: dice.unit() < 0.95 ? anAgent(dice, stage) : null,
    customer: dice.unit() < 0.5 ? `c-${dice.int(0, Math.ceil(stage.count / 6))}` : null,
    interaction: anInteraction(dice, stage),
    data: {
      queue: dice.pick(stage.queues),
      channel: dice.pick(['voice', 'voice', 'chat']),
      direction: dice.pick(['inbound', 'inbound', 'inbound', 'outbound']),
      segment: dice.int(0, 2),
      offeredAt: iso(ended - talkMs - waitMs),
      endedAt: iso(ended),
      waitMs,
      ringMs: dice.int(0, 9_000),
      talkMs,
      holdMs: dice.pick([0, 0, dice.int(1, 90_000)]),
      holdCount: dice.int(0, 2),
      acwMs: dice.int(0, 120_000),
      outcome: dice.pick(OUTCOMES),
      transfer: dice.pick(['none', 'none', 'none', 'none', 'blind', 'consult']),
      ...(dice.unit() < 0.3 ? { resolved: dice.unit() < 0.8 } : {}),
    },
  };
};
const OUTCOMES = ['handled', 'handled', 'handled', 'handled', 'abandoned', 'missed', 'rejected', 'voicemail'];

const survey: Make = (dice, stage) => {
  const named = dice.unit() < 0.7;
  const kind = dice.pick(['csat', 'csat', 'nps', 'ces']);
  const [scaleMin, scaleMax] = kind === 'nps' ? [0, 10] : dice.pick([[1, 5] as const, [1, 7] as const]);
  return {
    type: 'survey.answered',
    time: aTime(dice, stage),
    agent: named && dice.unit() < 0.7 ? null : anAgent(dice, stage),
    interaction: named ? anInteraction(dice, stage) : null,
    data: { kind, score: dice.int(scaleMin, scaleMax), scaleMin, scaleMax },
  };
};

const evaluation: Make = (dice, stage) => {
  const possible = dice.int(1, 100);
  const data = { form: 'f', formVersion: 1, evaluator: 'q', points: dice.int(0, possible), possible };
  return {
    type: 'evaluation.completed',
    time: aTime(dice, stage),
    agent: anAgent(dice, stage),
    interaction: dice.unit() < 0.5 ? anInteraction(dice, stage) : null,
    data: { ...data, criticalFailed: dice.unit() < 0.1 },
  };
};

const analysis: Make = (dice, stage) => ({
  type: 'conversation.analyzed',
  time: aTime(dice, stage),
  interaction: anInteraction(dice, stage),
  data: { customerSentiment: dice.int(-100, 100) / 100, categories: [] },
});

const state: Make = (dice, stage) => {
  const now = dice.pick(['available', 'on_contact', 'wrap', 'pause', 'offline']);
  return {
    type: 'agent.state',
    time: aTime(dice, stage),
    agent: anAgent(dice, stage),
    data: { state: now, ...(now === 'pause' ? { reason: dice.pick(['lunch', 'training']) } : {}) },
  };
};

const schedule: Make = (dice, stage) => {
  const from = aTime(dice, stage);
  const lunch = from + dice.int(1, 300) * 60_000;
  return {
    type: 'schedule.published',
    time: from - 3_600_000,
    agent: anAgent(dice, stage),
    data: {
      activities: [
        { from: iso(from), to: iso(lunch), activity: 'calls', productive: true },
        { from: iso(lunch), to: iso(lunch + 1_800_000), activity: 'lunch', productive: false },
      ],
    },
  };
};

const adherence: Make = (dice, stage) => {
  const from = aTime(dice, stage);
  const scheduledMs = dice.int(1, 7_200_000);
  return {
    type: 'adherence.measured',
    time: from,
    agent: anAgent(dice, stage),
    data: { from: iso(from), to: iso(from + 7_200_000), scheduledMs, adherentMs: dice.int(0, scheduledMs) },
  };
};

const own =
  (type: NewEvent['type'], dataOf: (dice: Dice) => Record<string, unknown>): Make =>
  (dice, stage) => ({ type, time: aTime(dice, stage), agent: anAgent(dice, stage), data: dataOf(dice) });

const SHARES: [Make, number][] = [
  [leg, 48],
  [survey, 12],
  [evaluation, 7],
  [analysis, 4],
  [state, 16],
  [schedule, 3],
  [adherence, 2],
  [own('sale.closed', (dice) => ({ amountMinor: dice.int(1, 99_999), currency: 'EUR', units: dice.int(1, 3) })), 3],
  [own('offer.made', (dice) => ({ units: dice.int(1, 3) })), 3],
  [own('measurement.recorded', (dice) => ({ fact: 'stars', value: dice.int(-3, 9) })), 2],
];

/** A word about an earlier event: taken back, or said anew by another one of its type. */
function correctionOf(dice: Dice, stage: Stage, events: readonly NewEvent[]): Said {
  const target = dice.pick(events);
  const about = { type: 'correction', time: aTime(dice, stage) } as const;
  const of = { source: target.source, id: target.id };
  const other = dice.pick(events.filter((event) => event.type === target.type));
  if (dice.unit() < 0.4 || target.type === 'correction') return { ...about, data: { of, action: 'retract' } };
  const { agent = null, customer = null, interaction = null, data } = other;
  return { ...about, data: { of, action: 'replace' }, replacement: { agent, customer, interaction, data } };
}
