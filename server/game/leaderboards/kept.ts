import { LIMITS } from '#contract/limits.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { Ground } from '#server/log/ground.ts';
import { keptBoards } from './boards.ts';
import { type Asking, computeLines } from './compute.ts';
import { entryOf, type Found, tiesOf } from './entries.ts';
import { type KeptRow, readPage } from './redis-store.ts';
import { gapBetween, type Line, movementOf } from './rules.ts';

const MOST_INTERVALS = 20_000;
const intervals = new Map<string, Line['interval']>();

/** A page of a kept board from Redis; null where this board, scope or window is not kept, or Redis is empty. */
export async function keptEntries(
  { tx, redis }: { tx: Tx; redis: Ground['redis'] },
  asking: Asking,
  wish: { after?: number | undefined; me?: string | null; from?: number; limit?: number; variant: string },
): Promise<Found | null> {
  if (wish.variant.startsWith('me:') || !(await isKept(tx, asking))) return null;
  const at = {
    orgId: asking.orgId,
    board: asking.board.id,
    scope: asking.scope,
    from: asking.spans.span.from,
    before: asking.spans.before.from,
  };
  const from = wish.from ?? 0;
  const limit = wish.limit ?? LIMITS.pageDefault;
  const pages = [
    readPage(redis, at, { from, count: limit }),
    ...(wish.me ? [readPage(redis, at, { from: 0, count: 1, around: wish.me })] : []),
  ];
  const [page, own] = await Promise.all(pages).catch(() => [null, null]);
  // the flow commits before it writes Redis: who waits for a position is not answered with less
  if (!page || page.position < (wish.after ?? 0)) return null;
  const rows = await withIntervals(tx, asking, [...page.rows, ...(own?.rows ?? [])]);
  const entries = rows.map(({ row, interval }) =>
    entryOf(
      { ...row.line, interval },
      {
        roster: asking.roster,
        unit: 'person',
        rank: row.rank,
        gap: gapOf(row),
        movement: movementOf(row.before, row.rank),
      },
    ),
  );
  return {
    entries: entries.slice(0, page.rows.length),
    me: own ? (entries[page.rows.length] ?? null) : null,
    total: page.total,
    next: from + limit < page.total ? String(from + limit) : null,
    position: page.position,
    lines: null,
  };
}

async function isKept(tx: Tx, asking: Asking): Promise<boolean> {
  const { board, scope, spans, now, definitions } = asking;
  if (spans.span.name !== board.window || now < spans.span.from || now >= spans.span.to || tiesOf(definitions, board))
    return false;
  return board.scopes.includes(scope) && (await keptBoards(tx, asking.orgId)).some((kept) => kept.id === board.id);
}

const gapOf = (row: KeptRow): number | null =>
  row.rank === null ? null : gapBetween(row.betterScored === null ? null : { scored: row.betterScored }, row.line);

/** Intervals need the buckets, so they are worked out for the rows that are shown, once per change of a row. */
async function withIntervals(
  tx: Tx,
  asking: Asking,
  rows: KeptRow[],
): Promise<{ row: KeptRow; interval: Line['interval'] }[]> {
  const nameOf = ({ line }: KeptRow) =>
    `${asking.orgId} ${asking.board.id} ${asking.scope} ${asking.spans.span.from} ${line.subject} ${line.position}`;
  const unknown = rows.filter((row) => !intervals.has(nameOf(row)));
  if (unknown.length > 0 && asking.board.measure !== 'score') {
    const lines = new Map(
      (
        await computeLines(
          tx,
          asking,
          unknown.map(({ line }) => line.subject),
        )
      ).map((line) => [line.subject, line.interval]),
    );
    if (intervals.size > MOST_INTERVALS) intervals.clear();
    for (const row of unknown) intervals.set(nameOf(row), lines.get(row.line.subject) ?? null);
  }
  return rows.map((row) => ({ row, interval: intervals.get(nameOf(row)) ?? null }));
}
