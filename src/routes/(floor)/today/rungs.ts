import type { BoardEntry, BoardView } from '$lib/contract/boards.ts';

export type Rung = {
  key: string;
  kind: 'me' | 'best' | 'target' | 'peers' | 'peer';
  name?: string;
  rank?: number | null;
  value: number;
};
type Me = { subject: string; score: number | null };

const NEIGHBOURS = 2;

/** The rungs of one's ladder, highest first. Pure. */
export function rungsOf(view: BoardView, me: Me): Rung[] {
  const at = view.entries.findIndex((row) => row.subject === me.subject && row.rank != null);
  return at < 0 ? benchmarks(view, me) : around(view.entries, at).map((row) => rungOf(row, me));
}

function benchmarks({ benchmark, me: own }: BoardView, { score }: Me): Rung[] {
  const rungs: [Rung['kind'], number | null | undefined][] = [
    ['me', score ?? own?.value],
    ['target', benchmark?.target],
    ['best', benchmark?.best],
    ['peers', benchmark?.peerAverage],
  ];
  return rungs
    .flatMap(([kind, value]) => (value == null ? [] : [{ key: kind, kind, value }]))
    .sort((a, b) => b.value - a.value);
}

function around(entries: BoardEntry[], at: number): BoardEntry[] {
  return entries
    .slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1)
    .filter((row) => row.value != null && row.rank != null);
}

function rungOf(row: BoardEntry, me: Me): Rung {
  const mine = row.subject === me.subject;
  const value = mine ? (me.score ?? row.value ?? 0) : (row.value ?? 0);
  return { key: row.subject, kind: mine ? 'me' : 'peer', name: row.name, rank: row.rank, value };
}
