import { type Chapter, playAll } from './chapters.ts';
import { hoursBefore } from './closing.ts';
import { Count } from './count.ts';
import { openFloor } from './floor.ts';
import { type Journal, saveJournal } from './journal.ts';
import type { Victim } from './killing.ts';
import { outcome, type Scenario, type Stage } from './scenario.ts';
import { verified } from './verify.ts';

type Victims = Partial<Record<Victim, number>>;
type Plan = { name: string; parts: number; per: number; victims: (part: number) => Victims; journal?: Journal };

const WORDS =
  'web, flow, connections, PostgreSQL and Redis are killed and started again in turn under load, and at the closing of hours';

/** Twenty kills of all kinds: the short form. */
export const fewKills: Scenario = {
  name: 'kills',
  words: WORDS,
  play: (stage) =>
    killing(stage, {
      name: 'kills',
      parts: 2,
      per: 20_000,
      victims: () => ({ backend: 6, web: 1, flow: 1, postgres: 1, redis: 1 }),
    }),
};

/** Each part: 50 kills over 50,000 events of one hour. */
const PARTS = Number(process.env.FAULTS_PARTS ?? 20);
const PER_PART = 50_000;

/** A thousand kills over a million events: the long form, which goes on where it was cut off. */
export const manyKills = (journal: Journal): Scenario => ({
  name: 'kills',
  words: WORDS,
  play: (stage) =>
    killing(stage, {
      name: 'kills',
      parts: PARTS,
      per: PER_PART,
      victims: (part) => ({ backend: 45, web: 2, flow: 2, [part % 2 === 0 ? 'postgres' : 'redis']: 1 }),
      journal,
    }),
});

/** One kind of victim each, to be played by name. */
export const killsOfOne: Scenario[] = (['backend', 'web', 'flow', 'postgres', 'redis'] as const).map((victim) => ({
  name: `kill-${victim}`,
  words: `only ${victim}: killed by its pid and started again, ten times under load`,
  play: (stage) => killing(stage, { name: `kill-${victim}`, parts: 2, per: 10_000, victims: () => ({ [victim]: 5 }) }),
}));

async function killing(stage: Stage, plan: Plan) {
  const { name, parts, per, victims, journal } = plan;
  const before = journal?.parts ?? 0;
  const { servers, arrangement } = stage;
  const floor = await openFloor({ name, servers, arrangement, goesOn: before > 0 });
  const count = new Count();
  const chapters: Chapter[] = hoursBefore(journal?.begunAt ?? Date.now(), parts).map((hour, n) => ({
    hour,
    span: { from: n * per, to: (n + 1) * per },
    victims: victims(n),
  }));
  for (const { hour, span } of chapters.slice(0, before)) {
    count.begin(hour, span);
    count.acknowledge(hour, span);
  }
  try {
    const { kills, found } = await playAll(floor, { count, chapters, before }, (part, killed, seconds) => {
      stage.say(`part ${part} of ${parts}: ${killed} killed in ${Math.round(seconds)} s`);
      if (!journal) return;
      Object.assign(journal, { parts: part, kills: journal.kills + killed, seconds: journal.seconds + seconds });
      saveJournal(stage.arrangement, journal);
    });
    found.differences.push(...(await verified(floor)));
    const notes = [
      `${floor.caught} of the kills${before > 0 ? ' since it went on' : ''} caught a transaction that was open`,
    ];
    const sums = { ...found, events: count.sent, acknowledged: count.acknowledged, notes };
    return outcome(journal ? { ...sums, kills: journal.kills, seconds: journal.seconds } : { ...sums, kills });
  } finally {
    await floor.close();
  }
}
