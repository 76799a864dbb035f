import type { Held } from './performance.ts';
import type { WindowSpan } from './windows.ts';

export type BoardEntry = {
  rank: number | null;
  subject: string;
  name: string;
  team: string | null;
  value: number | null;
  scored: number | null;
  sample: number;
  interval: [number, number] | null;
  movement: number | null;
  gap: number | null;
  provisional: boolean;
  held: Held | null;
};

/** `board` is its id. In `benchmark` mode an agent gets `me` and `benchmark` and no entries of others. */
export type BoardView = {
  board: string;
  about: {
    measure: string;
    name: string;
    unit: string;
    better: 'higher' | 'lower' | 'range';
    mode: string;
    scope: string;
    subjectKind: 'person' | 'team';
  };
  window: WindowSpan;
  position: string;
  entries: BoardEntry[];
  total: number;
  me: BoardEntry | null;
  benchmark: { target: number | null; best: number | null; peerAverage: number | null; peers: number } | null;
  next: string | null;
};
