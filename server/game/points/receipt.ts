import type { Receipt } from '#contract/receipts.ts';
import { missing } from '#server/foundation/refusals.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { BARE, listed, ownEvents, type ReceiptWriter } from '#server/log/receipt.ts';
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
    const moved = await movementOf(db, orgId, { account, id });
    if (!moved) throw missing(`${subject} has no movement ${id}.`);
    const events = await ownEvents(db, orgId, [id, moved.cause]);
    const own = events.find((event) => event.id === id);
    if (!own) throw missing(`The event of ${id} is not in the log.`);
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

const WINDOWS = ['hour', 'day', 'week', 'month'] as const;
const windowName = (name: unknown): (typeof WINDOWS)[number] => WINDOWS.find((one) => one === name) ?? 'day';
const iso = (at: number): string => new Date(at).toISOString();

type Explained = Pick<Receipt, 'sentence' | 'definition' | 'steps'>;

function explained(event: LoggedEvent, amount: number): Explained {
  const sentence = sentenceOf(event, amount);
  if (event.type === 'points.awarded') return { sentence, ...awarded(event.data, amount) };
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

const remainder = (tenths: number): number => ((tenths % 10) + 10) % 10;
