import { hoursBefore } from './closing.ts';
import { boardWhole, compare, settled, WHOLE_MS } from './compare.ts';
import { Count } from './count.ts';
import { type Floor, openFloor } from './floor.ts';
import { type Link, openLink } from './link.ts';
import { type Load, startLoad } from './load.ts';
import { type Readers, serving, startReaders } from './readers.ts';
import { type Outcome, outcome, type Stage } from './scenario.ts';

export type Links = { postgres: Link; redis: Link; client: Link };
export type Scene = { floor: Floor; links: Links; load: Load; readers: Readers; count: Count; notes: string[] };
export type Trouble = {
  name: string;
  /** Calls a second while the trouble lasts, and how many at most. */
  rate: number;
  events: number;
  /** What happens, while calls come in and people look; when it returns, everything is to be whole again within ten seconds. */
  happens(scene: Scene, stage: Stage): Promise<void>;
};

/** A floor under load with people who look at it, where something breaks that nobody killed: no process may end, every request is answered. */
export async function troubled(stage: Stage, trouble: Trouble): Promise<Outcome> {
  const links = await openLinks(stage);
  const floor = await floorBehind(stage, trouble.name, links);
  const count = new Count();
  const notes: string[] = [];
  const [hour = 0] = hoursBefore(Date.now(), 1);
  try {
    floor.stands = true;
    const load = startLoad(floor, { count, hour, span: { from: 0, to: trouble.events }, rate: trouble.rate });
    const readers = startReaders(floor);
    await load.reached(Math.min(1_000, trouble.events / 4));
    await trouble.happens({ floor, links, load, readers, count, notes }, stage);
    const again = await serving(floor);
    notes.push(`served again after ${again} ms`);
    if (again > WHOLE_MS) floor.faults.push(`writes and reads were whole again only after ${again} ms`);
    load.stop();
    await load.done;
    await readers.stop();
    await settled(floor, load.position);
    notes.push(`board whole ${(await boardWhole(floor, count)).ms} ms after the load`);
    const found = await compare(floor, count);
    return outcome({ ...found, events: count.acknowledged, acknowledged: count.acknowledged, notes });
  } finally {
    await floor.close();
    for (const link of Object.values(links)) await (link as Link | null)?.close();
  }
}

async function openLinks({ servers }: Stage): Promise<Links> {
  const [postgres, redis] = await Promise.all([openLink(servers.postgres.port), openLink(servers.redis.port)]);
  return { postgres, redis, client: null as never };
}

function floorBehind(stage: Stage, name: string, links: Links): Promise<Floor> {
  return openFloor({
    name,
    servers: stage.servers,
    arrangement: stage.arrangement,
    through: {
      postgres: `postgres://app@127.0.0.1:${links.postgres.port}/app`,
      ...(stage.arrangement === 'cluster' ? {} : beyond(links)),
    },
  });
}

/** Redis and the doors behind lines too; the nodes of a cluster tell where they are, and are asked there. */
const beyond = (links: Links) => ({
  redis: `redis://127.0.0.1:${links.redis.port}`,
  client: async (port: number) => {
    links.client = await openLink(port);
    return `http://127.0.0.1:${links.client.port}`;
  },
});

/** What people got while it lasted, for the report. */
export function noteReads({ readers, notes }: Scene, when: string): void {
  const { statuses, slowestMs } = readers.look();
  const told = Object.entries(statuses).map(([status, n]) => `${n} of ${status}`);
  notes.push(`reads ${when}: ${told.join(', ')}, the slowest ${slowestMs} ms`);
}
