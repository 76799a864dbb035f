import { setTimeout as wait } from 'node:timers/promises';
import { boardWhole, settled, WHOLE_MS } from './compare.ts';
import { outcome, type Scenario } from './scenario.ts';
import { noteReads, type Scene, type Trouble, troubled } from './troubled.ts';

const AWAY_MS = 60_000;
const BREAK_MS = 20_000;

const scene = (words: string, trouble: Trouble): Scenario => ({
  name: trouble.name,
  words,
  play: async (stage) =>
    stage.arrangement === 'cluster' && OF_LINES.has(trouble.name)
      ? outcome({ skipped: 'the lines to a cluster are not broken here' })
      : troubled(stage, trouble),
});
const OF_LINES = new Set(['cut-replies', 'half-open', 'slow-link']);

/** Lines that break, and servers that are away. */
export const troubles: Scenario[] = [
  scene('answers of PostgreSQL, of Redis and of the product itself are cut off when what was asked is done', {
    name: 'cut-replies',
    rate: 1_000,
    events: 30_000,
    happens: async (at) => {
      at.floor.stands = false;
      const { postgres, client, redis } = at.links;
      for (let n = 0; n < 150; n++) {
        [postgres, client, postgres, client, redis][n % 5]?.cutNext();
        await wait(120);
      }
      at.notes.push(`${postgres.cuts + client.cuts + redis.cuts} answers cut`);
    },
  }),
  scene('the line to PostgreSQL and then to Redis is half-open for 20 s: nothing passes and nobody is told', {
    name: 'half-open',
    rate: 400,
    events: 30_000,
    happens: async (at) => {
      await quiet(at, 'postgres');
      await at.load.reached(at.load.acknowledged + 2_000);
      await quiet(at, 'redis');
    },
  }),
  scene('answers of PostgreSQL and of Redis come 5 s late for 30 s', {
    name: 'slow-link',
    rate: 400,
    events: 30_000,
    happens: async (at) => {
      for (const line of ['postgres', 'redis'] as const) {
        at.readers.look();
        at.links[line].slow(5_000);
        await wait(30_000);
        at.links[line].slow(0);
        noteReads(at, `while ${line} was slow`);
      }
    },
  }),
  scene('PostgreSQL is killed and stays away for 60 s', {
    name: 'postgres-away',
    rate: 400,
    events: 60_000,
    happens: (at) => away(at, 'postgres'),
  }),
  scene('Redis is killed and stays away for 60 s', {
    name: 'redis-away',
    rate: 400,
    events: 60_000,
    happens: (at) => away(at, 'redis'),
  }),
  scene('Redis is emptied ten times under load, and once when nothing happens', {
    name: 'redis-emptied',
    rate: 1_500,
    events: 40_000,
    happens: emptied,
  }),
];

async function quiet(at: Scene, line: 'postgres' | 'redis'): Promise<void> {
  at.readers.look();
  at.links[line].silence(true);
  await wait(BREAK_MS);
  at.links[line].silence(false);
  noteReads(at, `while ${line} was silent`);
}

async function away(at: Scene, name: 'postgres' | 'redis'): Promise<void> {
  const server = at.floor.servers[name];
  at.readers.look();
  await server.kill();
  await wait(AWAY_MS);
  noteReads(at, `while ${name} was away`);
  await server.start();
}

async function emptied({ floor, load, count, notes }: Scene): Promise<void> {
  const { redis } = floor.servers;
  for (let n = 0; n < 10; n++) {
    await load.reached(load.acknowledged + 1_500);
    await redis.empty();
  }
  load.stop();
  await load.done;
  await settled(floor, load.position);
  const under = await boardWhole(floor, count);
  await redis.empty();
  const idle = await boardWhole(floor, count);
  notes.push(`whole ${under.ms} ms after the load, and ${idle.ms} ms after it was emptied in silence`);
  for (const { ms, differences } of [under, idle])
    if (differences.length > 0) floor.faults.push(`Redis was not whole after ${ms} ms (at most ${WHOLE_MS})`);
}
