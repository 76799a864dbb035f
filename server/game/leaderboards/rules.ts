import type { BoardEntry } from '#contract/boards.ts';
import type { Held } from '#contract/performance.ts';

/** A subject on a board before it is ranked. `merit` grows with goodness; null keeps the line off the ranks. */
export type Line = {
  subject: string;
  merit: number | null;
  value: number | null;
  scored: number | null;
  sample: number;
  /** Latest event in the window, epoch ms. */
  lastAt: number;
  provisional: boolean;
  held: Held | null;
  interval: [number, number] | null;
};

export type Better = 'higher' | 'lower' | 'range';

/** What a board orders by: the scored value towards its better side; for a range how much of the target is attained. */
export function meritOf(better: Better, scored: number | null, attainment: number | null): number | null {
  if (better === 'range') return attainment;
  if (scored === null) return null;
  return better === 'lower' ? -scored : scored;
}

/** Whether a line may have a rank: a value, enough sample, and no guard out of bounds. */
export const mayRank = (line: Pick<Line, 'merit' | 'provisional' | 'held'>): boolean =>
  line.merit !== null && !line.provisional && line.held === null;

/** The total order of a board: merit, then larger sample, then smaller latest event time, then id. Unranked lines come last. */
export function compareLines(a: Line, b: Line): number {
  const unranked = Number(!mayRank(a)) - Number(!mayRank(b));
  if (unranked !== 0) return unranked;
  const [ma, mb] = [a.merit ?? -Infinity, b.merit ?? -Infinity];
  return ma === mb ? byTie(a, b) : mb - ma;
}

/**
 * Ranks and gaps of a whole board: equal merit shares a rank (1, 2, 2, 4); with `ties`, a row also shares the rank of its
 * group's first row while their intervals overlap. The gap is the scored distance to the next better rank.
 */
export function rankLines(
  lines: readonly Line[],
  ties: boolean,
): { line: Line; rank: number | null; gap: number | null }[] {
  const ordered = [...lines].sort(compareLines);
  let first: Line | null = null;
  let rank = 0;
  let better: Line | null = null;
  return ordered.map((line, at) => {
    if (!mayRank(line)) return { line, rank: null, gap: null };
    if (!first || !shares(first, line, ties)) {
      better = at > 0 ? (ordered[at - 1] as Line) : null;
      first = line;
      rank = at + 1;
    }
    return { line, rank, gap: gapBetween(better, line) };
  });
}

/** The scored distance between a line and the one of the next better rank, rounded to 6 decimals. */
export function gapBetween(better: Pick<Line, 'scored'> | null, line: Pick<Line, 'scored'>): number | null {
  if (!better || better.scored === null || line.scored === null) return null;
  return Math.round(Math.abs(better.scored - line.scored) * 1e6) / 1e6;
}

/** How the order within equal merit is written so that Redis sorts it by itself: larger sample, earlier time, id. */
export function memberOf(line: Pick<Line, 'sample' | 'lastAt' | 'subject'>): string {
  const fewer = String(MOST_SAMPLE - Math.min(Math.trunc(line.sample), MOST_SAMPLE)).padStart(12, '0');
  const later = String(Math.max(0, line.lastAt)).padStart(15, '0');
  return `${fewer}${later}${line.subject}`;
}

/** The subject of a member. */
export const subjectOf = (member: string): string => member.slice(27);

/** Movement: rank in the window before less the rank now; null where either is missing. */
export const movementOf = (before: number | null | undefined, now: number | null): number | null =>
  before === null || before === undefined || now === null ? null : before - now;

/** The average, over the peers that have a value, of the scored values; with the number of peers. */
export function peerAverage(lines: readonly Pick<Line, 'scored' | 'sample'>[]): {
  average: number | null;
  peers: number;
} {
  const scored = lines.flatMap((line) => (line.scored === null ? [] : [line.scored]));
  if (scored.length === 0) return { average: null, peers: 0 };
  const sum = scored.reduce((a, b) => a + b, 0);
  return { average: Math.round((sum / scored.length) * 1e6) / 1e6, peers: scored.length };
}

/** The rows that a viewer may see: everything, the first n ranks, or none. */
export function visible(entries: readonly BoardEntry[], mode: string, n: number): BoardEntry[] {
  if (mode === 'benchmark') return [];
  if (mode === 'top-n') return entries.filter((entry) => entry.rank !== null && entry.rank <= n).slice(0, n);
  return [...entries];
}

const MOST_SAMPLE = 999_999_999_999;

function byTie(a: Line, b: Line): number {
  return b.sample - a.sample || a.lastAt - b.lastAt || (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0);
}

function shares(first: Line, line: Line, ties: boolean): boolean {
  if (first.merit === line.merit) return true;
  if (!ties || !first.interval || !line.interval) return false;
  return first.interval[0] <= line.interval[1] && line.interval[0] <= first.interval[1];
}
