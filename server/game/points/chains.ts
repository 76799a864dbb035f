import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { ownEvents } from '#server/log/receipt.ts';

/**
 * What the log says of some awards, badges and the like: the first word of each, which may be missing, and the words that
 * came later, `id:2`, `id:3` and so on, in that order. Read from the log, because what was decided a moment ago may not be
 * booked yet.
 */
export async function wordsOn(
  tx: Tx,
  orgId: number,
  bases: readonly string[],
): Promise<ReadonlyMap<string, LoggedEvent[]>> {
  const words = new Map<string, LoggedEvent[]>(bases.map((base) => [base, []]));
  let asked = [...words.keys()];
  for (let n = 1; asked.length > 0; n++) {
    const known = new Map((await ownEvents(tx, orgId, asked.map(wordId(n)))).map((event) => [event.id, event]));
    asked = asked.filter((base) => {
      const event = known.get(wordId(n)(base));
      if (event) words.get(base)?.push(event);
      // the first word may be missing: an hour that gave nothing and was found to be worth something later
      return event !== undefined || n === 1;
    });
  }
  return words;
}

/** The id of the n-th word on something. */
export const wordId =
  (n: number) =>
  (base: string): string =>
    n === 1 ? base : `${base}:${n}`;

/** The id of the next word, given those that were said. */
export const nextWordId = (base: string, said: readonly LoggedEvent[]): string => {
  const last = said.at(-1)?.id;
  return wordId(last === undefined || last === base ? 2 : Number(last.slice(base.length + 1)) + 1)(base);
};
