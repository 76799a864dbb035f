import type { Tx } from '#server/foundation/db.ts';
import { conflict } from '#server/foundation/refusals.ts';
import { isBalanced, isSpendable, type Transfer } from './rules.ts';
import { balanceRow, insertTransfers, lockSpending } from './store.ts';

/**
 * Books transfers, each once by its id: entries and balances in one statement, with the rows of the balances locked
 * until the transaction ends.
 * @throws Refusal conflict `balance_short` where somebody's points would fall below zero; the transaction is void then
 */
export async function book(tx: Tx, orgId: number, transfers: readonly Transfer[]): Promise<void> {
  const unbalanced = transfers.find(({ entries }) => !isBalanced(entries));
  if (unbalanced) throw new Error(`the transfer ${unbalanced.id} does not sum to zero`);
  if (transfers.length === 0) return;
  const changed = await insertTransfers(tx, orgId, transfers);
  const short = changed.find(({ account, balance }) => isSpendable(account) && balance < 0);
  if (short) throw conflict('balance_short', `${-short.balance} points are missing for this.`);
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
