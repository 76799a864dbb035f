import type { Comparison } from './compare.ts';
import type { Arrangement } from './floor.ts';
import type { Servers } from './servers.ts';

/** Where a scenario plays. */
export type Stage = {
  servers: Servers;
  arrangement: Arrangement;
  say(line: string): void;
};

/** What came of it. `notes` are measures worth a line in the report. */
export type Outcome = Comparison & {
  kills: number;
  events: number;
  acknowledged: number;
  staleTried: number;
  staleRefused: number;
  notes: string[];
  /** Why it was not played. */
  skipped?: string;
  seconds?: number;
};

export type Scenario = { name: string; words: string; play(stage: Stage): Promise<Outcome> };

/** An outcome, where only what happened need be said. */
export const outcome = (some: Partial<Outcome>): Outcome => ({
  lost: 0,
  doubled: 0,
  differences: [],
  kills: 0,
  events: 0,
  acknowledged: 0,
  staleTried: 0,
  staleRefused: 0,
  notes: [],
  ...some,
});

export const isGood = ({ lost, doubled, differences, staleTried, staleRefused }: Outcome): boolean =>
  lost === 0 && doubled === 0 && differences.length === 0 && staleTried === staleRefused;
