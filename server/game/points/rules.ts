import type { LoggedEvent, Position } from '#server/log/catalogue.ts';

export const ISSUER = 'issuer';
export const SHOP = 'shop';

/** The account of a person. */
export const accountOf = (person: string): string => `person:${person}`;

/** Whether what lies in an account may be spent by somebody: never below zero. */
export const isSpendable = (account: string): boolean => /^(person|team):/.test(account);

export type TransferKind = 'award' | 'badge' | 'grant' | 'redemption' | 'return';
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
export const MOVING = ['points.awarded', 'badge.earned', 'reward.granted', 'reward.redeemed', 'redemption.settled'];

/**
 * What an event does to the ledger; null where it moves nothing: a badge without points, a reward that costs nothing,
 * a redemption that was fulfilled. A granted reward is paid by the house: the person's own points stay.
 */
export function transferOf(event: LedgerEvent): Transfer | null {
  const { id, position, time, data } = event;
  const move = Object.hasOwn(MOVES, event.type) ? MOVES[event.type] : undefined;
  const person = String(data.person);
  const moved = move?.(data, accountOf(person));
  if (!moved || !Number.isSafeInteger(moved.amount) || moved.amount <= 0) return null;
  const { kind, from, to, amount } = moved;
  const cause = kind === 'award' ? String(data.cause) : id;
  const entries = [
    { account: from, amount: -amount },
    { account: to, amount },
  ];
  return { id, position, at: time, kind, cause, person, entries };
}

/** Whether entries are a transfer: two accounts or more, whole points, summing to zero. */
export function isBalanced(entries: readonly Entry[]): boolean {
  const accounts = new Set(entries.map((entry) => entry.account));
  const whole = entries.every(({ amount }) => Number.isSafeInteger(amount) && amount !== 0);
  return accounts.size === entries.length && accounts.size >= 2 && whole && sumOf(entries) === 0;
}

/** The balances of some transfers, booked once each. */
export function fold(transfers: readonly Transfer[]): Map<string, number> {
  const once = new Map(transfers.map((transfer) => [transfer.id, transfer]));
  const balances = new Map<string, number>();
  for (const { entries } of once.values())
    for (const { account, amount } of entries) balances.set(account, (balances.get(account) ?? 0) + amount);
  return balances;
}

type Moved = { kind: TransferKind; from: string; to: string; amount: number };
type Move = (data: Record<string, unknown>, own: string) => Moved | null;

const MOVES: Record<string, Move> = {
  'points.awarded': ({ amount }, own) => ({ kind: 'award', from: ISSUER, to: own, amount: Number(amount) }),
  'badge.earned': ({ points }, own) => ({ kind: 'badge', from: ISSUER, to: own, amount: Number(points ?? 0) }),
  'reward.granted': ({ price }) => ({ kind: 'grant', from: ISSUER, to: SHOP, amount: Number(price) }),
  'reward.redeemed': ({ price }, own) => ({ kind: 'redemption', from: own, to: SHOP, amount: Number(price) }),
  'redemption.settled': ({ outcome, price }, own) =>
    outcome === 'cancelled' ? { kind: 'return', from: SHOP, to: own, amount: Number(price) } : null,
};

const sumOf = (entries: readonly Entry[]): number => entries.reduce((sum, { amount }) => sum + amount, 0);
