import { createSubscriber } from 'svelte/reactivity';
import { now } from './now.svelte.ts';
import { line } from './socket.ts';

export type LineStatus = 'connecting' | 'live' | 'reconnecting' | 'stale' | 'offline';

const STALE_MS = 10_000;
const BANNER_MS = 30_000;
const opened = Date.now();
const watch = createSubscriber((update) => line.watch(update));

/** The state of the line as the screens tell it: grey after 10 s without contact, a banner after 30 s. */
export const lineState = {
  get status(): LineStatus {
    if (typeof window === 'undefined') return 'connecting';
    watch();
    if (line.heard(now.at)) return 'live';
    const silent = now.at - (line.contactAt ?? opened);
    if (silent < STALE_MS) return line.contactAt === null ? 'connecting' : line.connected ? 'live' : 'reconnecting';
    return navigator.onLine ? 'stale' : 'offline';
  },
  /** The last moment at which the server was heard. */
  get since(): number {
    watch();
    return line.contactAt ?? opened;
  },
  get banner(): boolean {
    return (this.status === 'stale' || this.status === 'offline') && now.at - this.since >= BANNER_MS;
  },
};
