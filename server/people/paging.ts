import { z } from 'zod';
import { LIMITS } from '#contract/limits.ts';
import { Position } from '#contract/words.ts';
import { invalid } from '#server/foundation/refusals.ts';

/** What every list takes. */
export const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMost).default(LIMITS.pageDefault),
  cursor: z.string().max(400).optional(),
  after: Position.optional(),
});

/** A place in a list as a word that nobody needs to read. */
export const cursorOf = (...place: (string | number)[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** The place that a cursor names; null where the list begins. @throws Refusal invalid `cursor_malformed` */
export function placeOf<Place extends readonly ('string' | 'number')[]>(cursor: string | undefined, ...kinds: Place) {
  if (cursor === undefined) return null;
  const place = read(cursor);
  const fits =
    Array.isArray(place) &&
    place.length === kinds.length &&
    place.every((part, i) => typeof part === kinds[i] && isPlain(part));
  if (!fits) throw BROKEN();
  return place as { [I in keyof Place]: Place[I] extends 'number' ? number : string };
}

const isPlain = (part: unknown) =>
  typeof part === 'number' ? Number.isSafeInteger(part) : !(part as string).includes('\u0000');

function read(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}

const BROKEN = () =>
  invalid('cursor_malformed', 'This cursor is not one of this list.', [{ path: '/cursor', message: 'is unknown' }]);
