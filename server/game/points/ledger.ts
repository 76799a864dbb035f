import type { Tx } from '#server/foundation/db.ts';
import { conflict } from '#server/foundation/refusals.ts';
import { accountOf, isBalanced, isSpendable, type Transfer } from './rules.ts';
import { type Balance, balanceRow, balanceRows, insertTransfers, lockAccounts, lockSpending } from './store.ts';

/**
 * Books transfers, each once by its id: entries and balances in one statement, with the rows of the balances locked
 * until the transaction ends.
 * @throws Refusal conflict `balance_short` where somebody's points would fall below zero; the transaction is void then
 */
export async function book(tx: Tx, orgId: number, transfers: readonly Transfer[]): Promise<void> {
  const changed = await post(tx, orgId, transfers);
  const short = changed.find(({ account, balance }) => isSpendable(account) && balance < 0);
  if (short) throw conflict('balance_short', `${-short.balance} points are missing for this.`);
}

/**
 * Books what the log says, each transfer once by its id. Nothing is refused: whether points were there was looked at when
 * it was said, and told again in the order of the log a balance may pass below zero on its way.
 * @returns the new balances of the accounts that changed
 */
export async function post(tx: Tx, orgId: number, transfers: readonly Transfer[]): Promise<Balance[]> {
  const unbalanced = transfers.find(({ entries }) => !isBalanced(entries));
  if (unbalanced) throw new Error(`the transfer ${unbalanced.id} does not sum to zero`);
  return transfers.length === 0 ? [] : insertTransfers(tx, orgId, transfers);
}

/** The points in an account; 0 where nothing was ever booked. */
export const balanceOf = (tx: Tx, orgId: number, account: string): Promise<number> => balanceRow(tx, orgId, account);

/**
 * The points in an account, which no other command can spend until the transaction ends. To be called before the
 * command writes anything: commands then stand in the log in the order in which they held the lock, and no balance is
 * below zero anywhere in the log, however a rebuild cuts it.
 */
export async function lockAccount(tx: Tx, orgId: number, account: string): Promise<number> {
  await lockSpending(tx, orgId, account);
  return balanceRow(tx, orgId, account);
}

/**
 * Keeps the points of some people from being spent until the transaction ends, for the flow that may take some back. To be
 * called before it books anything: a command holds its account before it touches a balance, so that neither waits for the other.
 */
export async function lockPeople(tx: Tx, orgId: number, people: readonly string[]): Promise<void> {
  await lockAccounts(tx, orgId, people.map(accountOf));
}

/** The points of some people, by person. */
export async function balancesOf(tx: Tx, orgId: number, people: readonly string[]): Promise<Map<string, number>> {
  const rows = await balanceRows(tx, orgId, people.map(accountOf));
  const known = new Map(rows.map(({ account, balance }) => [account, balance]));
  return new Map(people.map((person) => [person, known.get(accountOf(person)) ?? 0]));
}
