import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { databaseOf } from '#server/foundation/redis.ts';
import type { Touched } from '#server/log/consumer.ts';

export type Relay = {
  /** Tells what a commit touched: at once in this process, through Redis to the others. */
  tell(orgId: number, notes: Touched): Promise<void>;
  /** What was touched. Where something may have been missed, everything of that organisation. */
  hear(listener: (orgId: number, notes: Touched) => void): void;
  /** Tells the other processes that rights have changed. */
  tellRights(): Promise<void>;
  hearRights(listener: () => void): void;
};

type Ear = (orgId: number, notes: Touched) => void;

/** @param listener a connection of its own for subscribing; null where nobody here wants to hear of other processes */
export function openRelay(redis: Redis, listener: Redis | null): Relay {
  const self = randomUUID();
  const { touched, rights } = channelsOf(redis);
  const ears = new Set<Ear>();
  const rightsEars = new Set<() => void>();
  const told = new Map<number, number>();
  const heard = new Map<number, number>();

  const hear = (message: Message): void => {
    const { from, orgId, previous, ...notes } = message;
    if (from === self) return;
    const isNext = heard.get(orgId) === previous;
    heard.set(orgId, notes.position);
    for (const ear of ears) ear(orgId, { ...setsOf(notes), definitions: notes.definitions || !isNext });
  };
  // while the line was down somebody may have told something
  const lookAgain = (): void => {
    for (const [orgId, position] of heard) for (const ear of ears) ear(orgId, { ...setsOf(NOBODY), position });
    for (const ear of rightsEars) ear();
  };
  listener?.on('message', (channel, text) => {
    if (channel === touched) hear(JSON.parse(text) as Message);
    else if (channel === rights && text !== self) for (const ear of rightsEars) ear();
  });
  for (const event of ['ready', '+subscriber']) listener?.on(event, lookAgain);
  // nor is anything told while it is down
  const looking = setInterval(() => listener && listener.status !== 'ready' && lookAgain(), DEAF_MS).unref();
  listener?.on('end', () => clearInterval(looking));
  void listener?.subscribe(touched, rights).catch(() => {});
  return {
    tell: async (orgId, notes) => {
      for (const ear of ears) ear(orgId, notes);
      const previous = told.get(orgId) ?? null;
      told.set(orgId, notes.position);
      const message: Message = {
        from: self,
        orgId,
        previous,
        ...notes,
        people: [...notes.people],
        queues: [...notes.queues],
        sources: [...notes.sources],
        devices: [...notes.devices],
      };
      await redis.publish(touched, JSON.stringify(message));
    },
    hear: (ear) => void ears.add(ear),
    tellRights: async () => void (await redis.publish(rights, self)),
    hearRights: (ear) => void rightsEars.add(ear),
  };
}

/** How often those who hear nothing look by themselves. */
const DEAF_MS = 2_000;

/** Channels are the whole server's: houses with databases of their own on one Redis must not hear each other. */
function channelsOf(redis: Redis): { touched: string; rights: string } {
  const database = databaseOf(redis);
  return { touched: `fl:touched:${database}`, rights: `fl:rights:${database}` };
}

type Lists = Omit<Touched, 'people' | 'queues' | 'sources' | 'devices'> & {
  people: string[];
  queues: string[];
  sources: string[];
  devices: string[];
};
/** `previous` is the position that the same teller told before, null at its first time. */
type Message = Lists & { from: string; orgId: number; previous: number | null };

const NOBODY: Lists = { position: 0, people: [], queues: [], sources: [], devices: [], definitions: true };

const setsOf = (notes: Lists): Touched => ({
  ...notes,
  people: new Set(notes.people),
  queues: new Set(notes.queues),
  sources: new Set(notes.sources),
  devices: new Set(notes.devices),
});
