/** Bounds of the live window, in each process. */
export const MOST = {
  sockets: 20_000,
  /** Behind one address there may be a whole floor. */
  perAddress: 12_000,
  perAccount: 60,
  perDevice: 10,
  perKey: 12_000,
  topics: 100,
  /** Streams of all sockets together: each holds its state and a short history. */
  streams: 50_000,
  /** Bytes of one message to the server. */
  message: 16_384,
} as const;

/** So many at once, and so many a second in the long run. */
export type Pace = { atOnce: number; perSecond: number };
/** What a socket may say. */
export const SAYING: Pace = { atOnce: 150, perSecond: 50 };
/** How many handshakes and subscriptions of all sockets are answered each by itself; beyond that they are answered together. */
export const ALONE: Pace = { atOnce: 50, perSecond: 20 };

/** How much of a pace is left. */
export type Breath = { left: number; at: number };
export const freshBreath = (now: number, { atOnce } = SAYING): Breath => ({ left: atOnce, at: now });

/** One more. False: it is one too many. Times in ms. */
export function spend(breath: Breath, now: number, { atOnce, perSecond } = SAYING): boolean {
  const gained = (Math.max(0, now - breath.at) / 1000) * perSecond;
  breath.left = Math.min(atOnce, breath.left + gained) - 1;
  breath.at = now;
  return breath.left >= 0;
}

export type Seated = { sockets: number; ofAddress: number; ofViewer: number };

/** Whether one more socket finds a seat. */
export function maySit(kind: 'account' | 'device' | 'key', seated: Seated): boolean {
  const most = { account: MOST.perAccount, device: MOST.perDevice, key: MOST.perKey }[kind];
  return seated.sockets < MOST.sockets && seated.ofAddress < MOST.perAddress && seated.ofViewer < most;
}

const FEW = 200;
const MS_EACH = 2;
const LONGEST_MS = 12_000;

/** Over how long so many sockets spread their coming back, ms: a few come at once, thousands 500 a second. */
export const spreadOf = (sockets: number): number => Math.min(LONGEST_MS, Math.max(0, sockets - FEW) * MS_EACH);

/** A socket's queue: packets and bytes that it has not read, and since when something waits (ms). */
export type Queue = { packets: number; bytes: number; waitsMs: number };
const QUEUE = { packets: 64, bytes: 128_000 };
const PATIENCE_MS = 20_000;

/** What is done about it: `told` as usual, `spared` (told nothing until it has read what waits) or `cut`. */
export function treatmentOf({ packets, bytes, waitsMs }: Queue): 'told' | 'spared' | 'cut' {
  if (waitsMs > PATIENCE_MS) return 'cut';
  return packets > QUEUE.packets || (packets > 1 && bytes > QUEUE.bytes) ? 'spared' : 'told';
}
