import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Touched } from '#server/log/consumer.ts';

export type Relay = {
  /** Tells what a commit touched: at once in this process, through Redis to the others. */
  tell(orgId: number, notes: Touched): Promise<void>;
  hear(listener: (orgId: number, notes: Touched) => void): void;
};

/** @param listener a connection of its own for subscribing; null where nobody here wants to hear of other processes */
export function openRelay(redis: Redis, listener: Redis | null): Relay {
  const self = randomUUID();
  const channel = channelOf(redis);
  const ears = new Set<(orgId: number, notes: Touched) => void>();
  listener?.on('message', (_channel, text) => {
    const { from, orgId, ...notes } = JSON.parse(text) as Message;
    if (from === self) return;
    const heard = {
      ...notes,
      people: new Set(notes.people),
      queues: new Set(notes.queues),
      sources: new Set(notes.sources),
      devices: new Set(notes.devices),
    };
    for (const ear of ears) ear(orgId, heard);
  });
  void listener?.subscribe(channel).catch(() => {});
  return {
    tell: async (orgId, notes) => {
      for (const ear of ears) ear(orgId, notes);
      const message: Message = {
        from: self,
        orgId,
        ...notes,
        people: [...notes.people],
        queues: [...notes.queues],
        sources: [...notes.sources],
        devices: [...notes.devices],
      };
      await redis.publish(channel, JSON.stringify(message));
    },
    hear: (ear) => void ears.add(ear),
  };
}

/** Channels are the whole server's: houses with databases of their own on one Redis must not hear each other. */
const channelOf = ({ options }: Redis): string => `fl:touched:${options.db ?? 0}`;

type Message = Omit<Touched, 'people' | 'queues' | 'sources' | 'devices'> & {
  from: string;
  orgId: number;
  people: string[];
  queues: string[];
  sources: string[];
  devices: string[];
};
