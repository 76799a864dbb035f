import { type Chapter, playAll } from './chapters.ts';
import { hoursBefore } from './closing.ts';
import { Count } from './count.ts';
import { openFloor } from './floor.ts';
import type { Victim } from './killing.ts';
import { outcome, type Scenario, type Stage } from './scenario.ts';
import { verified } from './verify.ts';

/** Twenty kills of all kinds: the short form. */
export const fewKills: Scenario = {
  name: 'kills',
  words:
    'web, flow, backends, PostgreSQL and Redis are killed (kill -9, immediate restart) in turn under load, and at the closing of hours',
  play: (stage) =>
    killing(stage, {
      name: 'kills',
      per: 20_000,
      victims: { backend: 6, web: 1, flow: 1, postgres: 1, redis: 1 },
    }),
};

/** One kind of victim each, to be played by name. */
export const killsOfOne: Scenario[] = (['backend', 'web', 'flow', 'postgres', 'redis'] as const).map((victim) => ({
  name: `kill-${victim}`,
  words: `${called(victim)} killed by pid again and again under load`,
  play: (stage) => killing(stage, { name: `kill-${victim}`, per: 10_000, victims: { [victim]: 5 } }),
}));

type Plan = { name: string; per: number; victims: Partial<Record<Victim, number>> };

async function killing(stage: Stage, { name, per, victims }: Plan) {
  const floor = await openFloor({ name, servers: stage.servers, arrangement: stage.arrangement });
  const count = new Count();
  try {
    const chapters: Chapter[] = hoursBefore(Date.now(), 2).map((hour, n) => ({
      hour,
      span: { from: n * per, to: (n + 1) * per },
      victims,
    }));
    const { kills, found } = await playAll(floor, count, chapters, (n, killed, seconds) =>
      stage.say(`part ${n + 1}: ${killed} kills so far, ${Math.round(seconds)} s`),
    );
    found.differences.push(...(await verified(floor)));
    return outcome({ ...found, kills, events: count.sent, acknowledged: count.acknowledged });
  } finally {
    await floor.close();
  }
}

function called(victim: Victim): string {
  if (victim === 'backend') return 'connections of the product to PostgreSQL are';
  return victim === 'postgres' ? 'PostgreSQL is' : victim === 'redis' ? 'Redis is' : `the ${victim} process is`;
}
