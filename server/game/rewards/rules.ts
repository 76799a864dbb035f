import { conflict, missing, type Refusal } from '#server/foundation/refusals.ts';

/** Points of rewards that one leader may grant in a calendar month. */
export const MONTHLY_BUDGET = 5_000;

export type Offer = { id: string; price: number; stock: number | null; visible: boolean };

/** How many are left; null without a limit. */
export const leftOf = (stock: number | null, taken: number): number | null =>
  stock === null ? null : Math.max(0, stock - taken);

/** Why a reward cannot be granted, or null. `spent`: what the leader granted in this month. */
export function refusalOfGrant(offer: Offer | null, at: { taken: number; spent: number }): Refusal | null {
  if (!offer) return missing('There is no such reward.');
  if (leftOf(offer.stock, at.taken) === 0) return conflict('out_of_stock', 'None of this reward is left.');
  if (at.spent + offer.price > MONTHLY_BUDGET)
    return conflict('budget_spent', `${MONTHLY_BUDGET - at.spent} points of this month's budget are left.`);
  return null;
}

/** Why a reward cannot be redeemed, or null. `balance`: the person's points. */
export function refusalOfRedemption(offer: Offer | null, at: { taken: number; balance: number }): Refusal | null {
  if (!offer?.visible) return missing('There is no such reward.');
  if (leftOf(offer.stock, at.taken) === 0) return conflict('out_of_stock', 'None of this reward is left.');
  if (at.balance < offer.price)
    return conflict('balance_short', `${offer.price - at.balance} points are missing for this reward.`);
  return null;
}

/** The first instant and the name of the calendar month (UTC) that holds an instant, epoch ms. */
export function monthOf(at: number): { from: number; name: string } {
  const date = new Date(at);
  const from = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return { from, name: new Date(from).toISOString().slice(0, 7) };
}
