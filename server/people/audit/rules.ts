import { createHash } from 'node:crypto';

export type Entry = { number: number; at: number; actor: string; act: string; object: string };

/** What binds an entry to the one before it: whoever changes a row, or takes one out, breaks the chain there. */
export function hashOfEntry(before: string, { number, at, actor, act, object }: Entry): string {
  return createHash('sha256')
    .update(JSON.stringify([before, number, at, actor, act, object]))
    .digest('hex');
}

/**
 * Looks a run of entries over.
 * @param from number and hash of the entry before the first
 * @returns the number at which the chain is broken, null where it is whole
 */
export function brokenAt(from: { number: number; hash: string }, entries: readonly (Entry & { hash: string })[]) {
  let last = from;
  for (const entry of entries) {
    if (entry.number !== last.number + 1 || entry.hash !== hashOfEntry(last.hash, entry)) return last.number + 1;
    last = entry;
  }
  return null;
}
