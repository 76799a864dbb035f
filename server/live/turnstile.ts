import type { Known } from './gateway.ts';
import { cuts } from './metrics.ts';
import { freshBreath, maySit, spend } from './rules.ts';

/** A websocket of the engine, before anybody has said who they are: what is used of it. */
export type Wire = {
  on(event: 'packet' | 'packetCreate', listener: (packet: { type: string }) => void): void;
  on(event: 'close', listener: (reason: string) => void): void;
  removeAllListeners(event: 'data'): void;
  transport: { socket?: { on(event: 'ping', listener: () => void): void; terminate(): void } };
};
const GOOD_BYE_MS = 1_000;

type Why = 'slow' | 'flood' | 'garbage';
export type Turnstile = {
  /** Watches a wire from its first byte: who floods it or answers what was not asked is cut, who never says who they are is counted. */
  watch(wire: Wire): void;
  /** Whether there is a seat for one more. */
  admits(viewer: Known, address: string): boolean;
  /** Takes a seat. @returns how to give it back */
  sit(wire: Wire, viewer: Known, address: string): () => void;
  /** Ends a socket at once, and counts why. */
  cut(wire: Wire, why: Why): void;
  /** Whether a socket was ended here; what it asked before is answered no more. */
  isCut(wire: Wire): boolean;
};

/** Counts who is there, and ends what disturbs the others. */
export function openTurnstile(): Turnstile {
  const seats = new Map<string, number>();
  const seated = new WeakSet<Wire>();
  const gone = new WeakSet<Wire>();
  const end = (wire: Wire, why: Why): void => {
    if (gone.has(wire)) return;
    gone.add(wire);
    cuts.inc({ reason: why });
    // what came in one piece with the last straw is a thousand messages more: nobody reads them
    wire.removeAllListeners('data');
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
    isCut: (wire) => gone.has(wire),
    watch: (wire) => {
      const breath = freshBreath(performance.now());
      let isAsked = false;
      const hear = (): void => {
        if (!spend(breath, performance.now())) end(wire, 'flood');
      };
      wire.on('packetCreate', ({ type }) => {
        if (type === 'ping') isAsked = true;
      });
      wire.on('packet', ({ type }) => {
        hear();
        // an answer to no ping comes from somebody who does not read them
        if (type === 'pong' && !isAsked) end(wire, 'slow');
        if (type === 'pong') isAsked = false;
      });
      wire.transport.socket?.on('ping', hear);
      wire.on('close', (reason) => {
        if (!seated.has(wire)) cuts.inc({ reason: 'unfinished' });
        else if (reason === 'ping timeout') cuts.inc({ reason: 'silent' });
        // who is sent away has a moment to say good-bye; waiting longer would keep what it has not read
        setTimeout(() => wire.transport.socket?.terminate(), GOOD_BYE_MS).unref();
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
