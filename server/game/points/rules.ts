import type { LoggedEvent, Position } from '#server/log/catalogue.ts';

export const ISSUER = 'issuer';
export const SHOP = 'shop';
/** What the house bears where points that were not earned had been spent already. */
export const CORRECTION = 'correction';

/** The account of a person. */
export const accountOf = (person: string): string => `person:${person}`;

/** Whether what lies in an account may be spent by somebody: never below zero. */
export const isSpendable = (account: string): boolean => /^(person|team):/.test(account);

export type TransferKind = 'award' | 'badge' | 'grant' | 'redemption' | 'return' | 'correction' | 'withdrawal';
export type Entry = { account: string; amount: number };

/** Points moved between accounts; the entries sum to zero. `at` is epoch ms. */
export type Transfer = {
  id: string;
  position: Position;
  at: number;
  kind: TransferKind;
  /** The id of the event that it follows from. */
  cause: string;
  person: string | null;
  entries: Entry[];
};

/** What the ledger reads of an event. */
export type LedgerEvent = Pick<LoggedEvent, 'id' | 'type' | 'time' | 'position' | 'data'>;

/** The events that may move points. */
export const MOVING = [
  'points.awarded',
  'points.corrected',
  'badge.earned',
  'badge.withdrawn',
  'reward.granted',
  'reward.redeemed',
  'redemption.settled',
];

/**
 * What an event does to the ledger; null where it moves nothing: a badge without points, a reward that costs nothing,
 * a redemption that was fulfilled. A granted reward is paid by the house: the person's own points stay.
 */
export function transferOf(event: LedgerEvent): Transfer | null {
  const { id, position, time, data } = event;
  const move = Object.hasOwn(MOVES, event.type) ? MOVES[event.type] : undefined;
  const person = String(data.person);
  const moved = move?.(data, accountOf(person));
  if (!moved || !isBalanced(moved.entries)) return null;
  const at = Number.isSafeInteger(data.countsAt) ? Number(data.countsAt) : time;
  return { id, position, at, kind: moved.kind, cause: moved.cause ?? id, person, entries: moved.entries };
}

/** Whether entries are a transfer: two accounts or more, whole points, summing to zero. */
export function isBalanced(entries: readonly Entry[]): boolean {
  const accounts = new Set(entries.map((entry) => entry.account));
  const whole = entries.every(({ amount }) => Number.isSafeInteger(amount) && amount !== 0);
  return accounts.size === entries.length && accounts.size >= 2 && whole && sumOf(entries) === 0;
}

/** What was given for one thing: all that was said of it so far, and what of it the house still bears. */
export type Given = { amount: number; borne: number };

/** How a difference is posted where this much can be spent: nobody's points fall below zero, and what is given again first pays back. */
export function postingOf(given: Given, amount: number, balance: number): { writtenOff: number; recovered: number } {
  const difference = amount - given.amount;
  return difference < 0
    ? { writtenOff: Math.max(0, -(Math.max(0, balance) + difference)), recovered: 0 }
    : { writtenOff: 0, recovered: Math.min(difference, given.borne) };
}

/** The balances of some transfers, booked once each. */
export function fold(transfers: readonly Transfer[]): Map<string, number> {
  const once = new Map(transfers.map((transfer) => [transfer.id, transfer]));
  const balances = new Map<string, number>();
  for (const { entries } of once.values())
    for (const { account, amount } of entries) balances.set(account, (balances.get(account) ?? 0) + amount);
  return balances;
}

type Moved = { kind: TransferKind; cause?: string; entries: Entry[] };
type Move = (data: Record<string, unknown>, own: string) => Moved | null;

const MOVES: Record<string, Move> = {
  'points.awarded': ({ amount, cause }, own) => ({
    kind: 'award',
    cause: String(cause),
    entries: moving(amount, ISSUER, own),
  }),
  'points.corrected': ({ amount, before, writtenOff, recovered, cause }, own) => ({
    kind: 'correction',
    cause: String((cause as { id?: unknown } | null)?.id),
    entries: correcting(Number(amount) - Number(before), own, { writtenOff, recovered }),
  }),
  'badge.earned': ({ points, recovered }, own) => ({
    kind: 'badge',
    entries: correcting(whole(points) ? points : 0, own, { recovered }),
  }),
  'badge.withdrawn': ({ points, writtenOff, cause }, own) => ({
    kind: 'withdrawal',
    cause: String((cause as { id?: unknown } | null)?.id),
    entries: correcting(whole(points) ? -points : 0, own, { writtenOff }),
  }),
  'reward.granted': ({ price }) => ({ kind: 'grant', entries: moving(price, ISSUER, SHOP) }),
  'reward.redeemed': ({ price }, own) => ({ kind: 'redemption', entries: moving(price, own, SHOP) }),
  'redemption.settled': ({ outcome, price }, own) =>
    outcome === 'cancelled' ? { kind: 'return', entries: moving(price, SHOP, own) } : null,
};

const whole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

/** Points from one account to another; nothing where there are none. */
const moving = (amount: unknown, from: string, to: string): Entry[] =>
  whole(amount)
    ? [
        { account: from, amount: -amount },
        { account: to, amount },
      ]
    : [];

/** A difference in what somebody earned: of what is taken back a part may be written off, of what is given one may pay such back. */
function correcting(
  difference: number,
  own: string,
  { writtenOff, recovered }: { writtenOff?: unknown; recovered?: unknown },
): Entry[] {
  const given = difference > 0;
  const part = given ? recovered : writtenOff;
  const borne = whole(part) ? Math.min(part, Math.abs(difference)) * (given ? 1 : -1) : 0;
  const parts = [
    { account: CORRECTION, amount: borne },
    { account: ISSUER, amount: -difference },
    { account: own, amount: difference - borne },
  ];
  return parts.filter(({ amount }) => amount !== 0);
}

const sumOf = (entries: readonly Entry[]): number => entries.reduce((sum, { amount }) => sum + amount, 0);
