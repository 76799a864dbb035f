import type { BoardEntry, BoardView } from '../contract/boards.ts';

/** The strip of a standing: a common scale for all rows on which better is to the right. */
export type Strip = { place(value: number): number; mark: number | null };

/** The scale over the values on view and the mark; null while nobody has a value. */
export function stripOf(
  { about, entries, me }: Pick<BoardView, 'about' | 'entries' | 'me'>,
  target: number | null,
): Strip | null {
  const rows = me ? [...entries, me] : entries;
  const values = rows.map((row) => row.value).filter((value): value is number => value != null);
  if (values.length === 0) return null;
  const all = target === null ? values : [...values, target];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const pad = (high - low || Math.abs(high) || 1) * 0.08;
  const [from, to] = [low - pad, high + pad];
  const place = (value: number) => {
    const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
    return about.better === 'lower' ? 1 - share : share;
  };
  return { place, mark: target === null ? null : place(target) };
}

/** Entries as the list shows them: ranked ones first, then held ones, then those with too few data. */
export function groupsOf(entries: BoardEntry[]): {
  ranked: BoardEntry[];
  held: BoardEntry[];
  provisional: BoardEntry[];
} {
  const kind = (row: BoardEntry) => (row.rank != null ? 'ranked' : row.held ? 'held' : 'provisional');
  const of = (wanted: string) => entries.filter((row) => kind(row) === wanted);
  return { ranked: of('ranked'), held: of('held'), provisional: of('provisional') };
}

/** Ranks that more than one row holds. */
export function tiedRanks(entries: BoardEntry[]): Set<number> {
  const seen = new Map<number, number>();
  for (const { rank } of entries) if (rank != null) seen.set(rank, (seen.get(rank) ?? 0) + 1);
  return new Set([...seen].filter(([, count]) => count > 1).map(([rank]) => rank));
}
