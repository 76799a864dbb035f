import type { Known } from './gateway.ts';
import { cuts } from './metrics.ts';
import { freshBreath, maySit, spend } from './rules.ts';

/** A websocket of the engine, before anybody has said who they are: what is used of it. */
export type Wire = {
  on(event: 'packet', listener: () => void): void;
  on(event: 'close', listener: (reason: string) => void): void;
  transport: { socket?: { on(event: 'ping', listener: () => void): void; terminate(): void } };
};
type Why = 'slow' | 'flood' | 'garbage';
export type Turnstile = {
  /** Watches a wire from its first byte: who floods it is cut, and who never says who they are is counted. */
  watch(wire: Wire): void;
  /** Whether there is a seat for one more. */
  admits(viewer: Known, address: string): boolean;
  /** Takes a seat. @returns how to give it back */
  sit(wire: Wire, viewer: Known, address: string): () => void;
  /** Ends a socket at once, and counts why. */
  cut(wire: Wire, why: Why): void;
};

/** Counts who is there, and ends what disturbs the others. */
export function openTurnstile(): Turnstile {
  const seats = new Map<string, number>();
  const seated = new WeakSet<Wire>();
  const end = (wire: Wire, why: Why): void => {
    cuts.inc({ reason: why });
    // a client that does not behave is not waited for
    wire.transport.socket?.terminate();
  };
  const change = (key: string, by: number): void => {
    const left = (seats.get(key) ?? 0) + by;
    if (left > 0) seats.set(key, left);
    else seats.delete(key);
  };
  return {
    cut: end,
    watch: (wire) => {
      const breath = freshBreath(performance.now());
      let isCut = false;
      const hear = (): void => {
        if (isCut || spend(breath, performance.now())) return;
        isCut = true;
        end(wire, 'flood');
      };
      wire.on('packet', hear);
      wire.transport.socket?.on('ping', hear);
      wire.on('close', (reason) => {
        if (!seated.has(wire)) cuts.inc({ reason: 'unfinished' });
        else if (reason === 'ping timeout') cuts.inc({ reason: 'silent' });
      });
    },
    admits: (viewer, address) =>
      maySit(viewer.kind, {
        sockets: seats.get(ALL) ?? 0,
        ofAddress: seats.get(address) ?? 0,
        ofViewer: seats.get(nameOf(viewer)) ?? 0,
      }),
    sit: (wire, viewer, address) => {
      seated.add(wire);
      const keys = [ALL, address, nameOf(viewer)];
      for (const key of keys) change(key, 1);
      return () => {
        for (const key of keys.splice(0)) change(key, -1);
      };
    },
  };
}

const ALL = '*';

function nameOf(viewer: Known): string {
  if (viewer.kind === 'account') return `account ${viewer.accountId}`;
  return viewer.kind === 'key' ? `key ${viewer.keyId}` : `device ${viewer.deviceId}`;
}
