import type { FactEvent, World } from './rules.ts';
import { type Contribution, endOf, homeLeg, offerOf, placeOf } from './rules.ts';
import { bucketOf } from './windows.ts';

/** How long after a contact the same customer counts as coming back. */
export const COMES_BACK_MS = 7 * 24 * 3_600_000;

/** A contact that was not the last word, and the leg that is charged for it. */
export type Repeat<E extends FactEvent> = { by: E; contribution: Contribution };

/**
 * Repeated contacts of one customer: a handled interaction is charged once, at the end of its last handled leg and
 * to that leg's agent, when the customer comes in again after that end and within 7 days, by another interaction of
 * any queue and with any outcome.
 * @param legs all legs of the customer that may matter, in any order
 */
export function repeatsOf<E extends FactEvent>(legs: readonly E[], world: World): Repeat<E>[] {
  const arrivals = arrivalsOf(legs);
  const found: Repeat<E>[] = [];
  for (const leg of lastHandled(legs)) {
    const end = endOf(leg);
    if (!cameBack(arrivals, end, leg.interaction)) continue;
    const contribution = {
      person: world.personOf(leg.agent, end),
      bucket: bucketOf(end),
      ...placeOf(leg),
      facts: { repeated: 1 },
    };
    found.push({ by: leg, contribution });
  }
  return found;
}

type Arrival = { at: number; interaction: string | null };

const arrivalsOf = (legs: readonly FactEvent[]): Arrival[] =>
  legs
    .filter((leg) => leg.data.direction !== 'outbound' && Number.isFinite(offerOf(leg)))
    .map((leg) => ({ at: offerOf(leg), interaction: leg.interaction }))
    .sort((a, b) => a.at - b.at);

function cameBack(arrivals: Arrival[], end: number, interaction: string | null): boolean {
  let low = 0;
  for (let high = arrivals.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((arrivals[middle] as Arrival).at > end) high = middle;
    else low = middle + 1;
  }
  for (let i = low; i < arrivals.length; i++) {
    const arrival = arrivals[i] as Arrival;
    if (arrival.at > end + COMES_BACK_MS) return false;
    if (arrival.interaction !== interaction) return true;
  }
  return false;
}

function lastHandled<E extends FactEvent>(legs: readonly E[]): E[] {
  const groups = new Map<string | null, E[]>();
  for (const leg of legs) {
    if (leg.data.outcome !== 'handled') continue;
    const group = groups.get(leg.interaction);
    if (group) group.push(leg);
    else groups.set(leg.interaction, [leg]);
  }
  return [...groups.values()].flatMap((group) => homeLeg(group) ?? []);
}
