import { z } from 'zod';
import { LIMITS } from '#contract/limits.ts';
import { Position } from '#contract/words.ts';
import { invalid } from '#server/foundation/refusals.ts';

/** The query of a list of definitions. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMost).default(LIMITS.pageDefault),
  cursor: z.string().max(400).optional(),
  after: Position.optional(),
});

/** Of each definition the newest version, or every version that there ever was. */
export const VersionsQuery = PageQuery.extend({ versions: z.enum(['newest', 'all']).default('newest') });

/**
 * A page of a list that is in memory. The cursor names the last key shown.
 * @throws Refusal invalid `cursor_malformed`
 */
export function pageOf<Item>(
  items: readonly { key: string; item: Item }[],
  { limit, cursor }: z.infer<typeof PageQuery>,
) {
  const last = Buffer.from(cursor ?? '', 'base64url').toString();
  const from = last === '' ? 0 : items.findIndex(({ key }) => key === last) + 1;
  if (last !== '' && from === 0) {
    throw invalid('cursor_malformed', 'This cursor is not one of this list.', [
      { path: '/cursor', message: 'is unknown' },
    ]);
  }
  const shown = items.slice(from, from + limit);
  const next = from + limit < items.length ? Buffer.from(shown.at(-1)?.key ?? '').toString('base64url') : null;
  return { items: shown.map(({ item }) => item), next };
}

/** An instant as the wire tells it; null is the beginning of time. */
export const toldInstant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
