import { fewKills, killsOfOne } from './kills.ts';
import type { Scenario } from './scenario.ts';

/** Everything that can be played by name. */
export const scenarios: readonly Scenario[] = [fewKills, ...killsOfOne];

/** What `npm test` plays. */
export const short: readonly string[] = ['kills'];
