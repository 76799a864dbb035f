import type { Db } from '#server/foundation/db.ts';
import { LISTEN_GROWTH, notifyGrowth } from './flow-store.ts';

/** Tells whoever turns the flow that an organisation's log has grown: at once in this process, by NOTIFY in the others. */
export type Bell = {
  ring(orgId: number): void;
  hear(listener: (orgId: number) => void): void;
  close(): void;
};

const AGAIN_MS = 500;
/** Who only listens would never notice a dead line. */
const BEAT_MS = 5_000;

export function openBell(db: Db, local: boolean): Bell {
  const listeners = new Set<(orgId: number) => void>();
  const told = new Set<number>();
  let sending = false;
  let closed = false;
  let stopListening = () => {};
  let beating: NodeJS.Timeout | undefined;

  const send = async (): Promise<void> => {
    if (sending || closed) return;
    sending = true;
    try {
      while (told.size > 0) {
        const orgs = [...told];
        told.clear();
        await notifyGrowth(db.lobby, orgs);
      }
    } catch {
      // the listeners also look by themselves once a second
    } finally {
      sending = false;
    }
  };

  const listen = async (): Promise<void> => {
    if (closed) return;
    let lost = false;
    // a connection that dies under LISTEN tells it twice, by the query and by itself; one that is given back may still tell it
    const again = () => {
      if (lost) return;
      lost = true;
      clearInterval(beating);
      stopListening();
      setTimeout(() => void listen(), AGAIN_MS).unref();
    };
    try {
      const { client, release } = await db.connect();
      stopListening = release;
      if (closed) return release();
      client.on('notification', ({ payload }) => {
        for (const listener of listeners) listener(Number(payload));
      });
      client.once('error', again);
      await client.query(LISTEN_GROWTH);
      beating = setInterval(() => void client.query('select 1').catch(again), BEAT_MS).unref();
    } catch {
      again();
    }
  };

  return {
    ring: (orgId) => {
      for (const listener of listeners) listener(orgId);
      // a process that turns the flow itself has been told already
      if (local && listeners.size > 0) return;
      told.add(orgId);
      void send();
    },
    hear: (listener) => {
      if (listeners.size === 0) void listen();
      listeners.add(listener);
    },
    close: () => {
      closed = true;
      clearInterval(beating);
      stopListening();
    },
  };
}
