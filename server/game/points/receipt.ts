import type { Receipt } from '#contract/receipts.ts';
import type { Tx } from '#server/foundation/db.ts';
import { missing } from '#server/foundation/refusals.ts';
import { HOUSE, type LoggedEvent } from '#server/log/catalogue.ts';
import { BARE, listed, ownEvents, type ReceiptWriter } from '#server/log/receipt.ts';
import { eventsByIdentity } from '#server/log/store.ts';
import { AWARD_RULES } from './awards.ts';
import { accountOf } from './rules.ts';
import { scoreOf, sentenceOf } from './sentences.ts';
import { movementOf } from './store.ts';

/** `points:<transfer>`: why points moved, down to the event that moved them and the closing behind it. */
export const pointsReceipts: ReceiptWriter = {
  noun: 'points',
  write: async ({ db }, orgId, { subject, measure, position }) => {
    const id = measure.slice('points:'.length);
    const account = accountOf(subject.slice('person:'.length));
    const person = subject.slice('person:'.length);
    const moved = await movementOf(db.of(orgId), orgId, { account, person, id });
    if (!moved) throw missing(`${subject} has no movement ${id}.`);
    const [own] = await ownEvents(db.of(orgId), orgId, [id]);
    if (!own) throw missing(`The event of ${id} is not in the log.`);
    const events = await behind(db.of(orgId), orgId, own);
    const [from, to] = [Number(own.data.from ?? moved.at), Number(own.data.to ?? moved.at)];
    return {
      ...BARE,
      subject,
      measure,
      window: { name: windowName(own.data.window), from: iso(from), to: iso(to) },
      position,
      value: moved.amount,
      ...explained(own, moved.amount),
      ...listed(events),
    };
  },
};

type Named = { source: string; id: string };

/** What a movement follows from: its closing or its own event; of a correction what was given before and what changed. */
async function behind(tx: Tx, orgId: number, own: LoggedEvent): Promise<LoggedEvent[]> {
  const { cause, causes, of, closing } = own.data as {
    cause?: unknown;
    causes?: Named[];
    of?: unknown;
    closing?: unknown;
  };
  const house = [own.id, of, closing, causes ? null : cause].filter((id): id is string => typeof id === 'string');
  return eventsByIdentity(tx, orgId, [...house.map((id) => ({ source: HOUSE, id })), ...(causes ?? [])]);
}

const WINDOWS = ['hour', 'day', 'week', 'month'] as const;
const windowName = (name: unknown): (typeof WINDOWS)[number] => WINDOWS.find((one) => one === name) ?? 'day';
const iso = (at: number): string => new Date(at).toISOString();

type Explained = Pick<Receipt, 'sentence' | 'definition' | 'steps'>;

function explained(event: LoggedEvent, amount: number): Explained {
  const sentence = sentenceOf(event, amount);
  if (event.type === 'points.awarded') return { sentence, ...awarded(event.data, amount) };
  if (event.type === 'points.corrected') return { sentence, ...corrected(event.data, amount) };
  if (event.type === 'badge.withdrawn') return { sentence, definition: null, steps: takenSteps(event.data, amount) };
  const definition = null;
  const steps = [
    {
      label: 'Points',
      formula: 'amount',
      filled: amount < 0 ? `0 - ${-amount}` : String(amount),
      result: amount,
      digits: 0 as const,
    },
  ];
  return { sentence, definition, steps };
}

function awarded(data: Record<string, unknown>, amount: number): Omit<Explained, 'sentence'> {
  const rule = AWARD_RULES.find((one) => one.id === data.rule && one.version === data.version);
  const score = scoreOf(data);
  const { above = 0, most = amount } = rule ?? {};
  // the whole part of a difference, told without a function that formulas do not have
  const whole = Math.floor(Number(score) - above);
  return {
    definition: rule ? { id: rule.id, version: rule.version, text: rule.words } : null,
    steps: [
      {
        label: 'Full points of the score above the threshold',
        formula: 'whole part of (score - threshold)',
        filled: `${Number(data.score)} / 10 - ${above} - ${remainder(Number(data.score) - above * 10)} / 10`,
        result: whole,
        digits: 0,
      },
      {
        label: 'Points',
        formula: 'min(most, full points)',
        filled: `min(${most}, ${whole})`,
        result: amount,
        digits: 0,
      },
    ],
  };
}

/** What the window is worth now, less what was given for it; and what of the difference moved on the account. */
function corrected(data: Record<string, unknown>, moved: number): Omit<Explained, 'sentence'> {
  const [now, before] = [Number(data.amount), Number(data.before)];
  const worth =
    now > 0
      ? awarded(data, now)
      : { ...awarded(data, 0), steps: [stepOf('Points of the window by now', 'nothing that counts', ['0', 0])] };
  const difference = stepOf('Difference', 'points by now - points given before', [`${now} - ${before}`, now - before]);
  return { definition: worth.definition, steps: [...worth.steps, difference, ...takenSteps(data, moved)] };
}

/** What of a difference moved on the account itself. */
function takenSteps(data: Record<string, unknown>, moved: number): Receipt['steps'] {
  const difference = data.before === undefined ? -Number(data.points) : Number(data.amount) - Number(data.before);
  const [writtenOff, recovered] = [Number(data.writtenOff ?? 0), Number(data.recovered ?? 0)];
  const filled = `${difference < 0 ? `0 - ${-difference}` : difference} + ${writtenOff} - ${recovered}`;
  return [stepOf('Points on the account', 'difference + written off - paid back', [filled, moved])];
}

const stepOf = (label: string, formula: string, [filled, result]: [string, number]): Receipt['steps'][number] => ({
  label,
  formula,
  filled,
  result,
  digits: 0,
});

const remainder = (tenths: number): number => ((tenths % 10) + 10) % 10;
