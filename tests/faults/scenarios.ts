import { diskFull } from './disk.ts';
import type { Journal } from './journal.ts';
import { fewKills, killsOfOne, manyKills } from './kills.ts';
import type { Scenario } from './scenario.ts';
import { troubles } from './troubles.ts';
import { zombie } from './zombie.ts';

const MANY_ROUNDS = Number(process.env.FAULTS_ROUNDS ?? 500);

/** What `npm test` plays. */
export const shortForm: readonly Scenario[] = [fewKills];

/** What the long run plays, in order. */
export const longForm = (journal: Journal): readonly Scenario[] => [
  manyKills(journal),
  zombie(MANY_ROUNDS),
  ...troubles,
  diskFull,
];

/** Everything that can be played by name. */
export const named: readonly Scenario[] = [fewKills, ...killsOfOne, zombie(MANY_ROUNDS), ...troubles, diskFull];
