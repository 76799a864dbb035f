/** What a call is to the floor, most worth first; when there is too much to do, the last class is refused first. */
export const CLASSES = ['vital', 'ingest', 'live', 'people', 'reports'] as const;
export type CallClass = (typeof CLASSES)[number];

/** What is measured: none of it is a guess, and each grows only while more comes in than goes out. */
export type Pressure = {
  /** How late the process comes to its work, ms (90th percentile of the last look). */
  delayMs: number;
  /** Calls begun and not yet answered, the most since the last look. */
  calls: number;
  /** Rows that wait for the log, as a share of what may wait. */
  rows: number;
  /** Age of the oldest event that is in the log and not yet in the figures, ms. */
  behindMs: number;
};

/** How many classes are refused, from the last one on: 0 none, 4 all but what is vital. */
export type Level = 0 | 1 | 2 | 3 | 4;
export type Held = { level: Level; raising: number; lowering: number; tooFarBehind: boolean };

type Bounds = { delayMs: number; rows: number };
/** From these on a level holds; it is left below half of them. */
const BOUNDS: readonly Bounds[] = [
  { delayMs: 250, rows: 0.4 },
  { delayMs: 750, rows: 0.7 },
  { delayMs: 2_000, rows: 0.9 },
  { delayMs: 4_000, rows: 0.95 },
];
/** Figures that are late cost reports. Beyond the second bound more events are not taken until it is half: those that are in could not be read within the time that readers wait. */
const BEHIND = { reportsMs: 2_000, ingestMs: 5_000 };
/** A process that is late while hardly anybody asks is not overloaded by calls, and refusing them would not help it. */
const FEW_CALLS = 16;
const LOOKS_TO_RAISE = 2;
const LOOKS_TO_LOWER = 4;

/** The highest level whose bound one of the measures reaches. */
export function levelOf(pressure: Pressure, scale = 1): Level {
  const reached = BOUNDS.filter(
    ({ delayMs, rows }) =>
      (pressure.calls >= FEW_CALLS && pressure.delayMs >= delayMs * scale) || pressure.rows >= rows * scale,
  );
  const late = pressure.behindMs >= BEHIND.reportsMs * scale ? 1 : 0;
  return Math.max(late, reached.length) as Level;
}

/**
 * The next level: up by one where two looks running ask for more, down by one where four looks running are below half of
 * what holds it, so that neither a pause nor a lull swings it.
 */
export function nextLevel(was: Held, pressure: Pressure): Held {
  const tooFarBehind = pressure.behindMs >= BEHIND.ingestMs * (was.tooFarBehind ? 0.5 : 1);
  return { ...step(was, pressure), tooFarBehind };
}

function step({ level, raising, lowering }: Held, pressure: Pressure): Omit<Held, 'tooFarBehind'> {
  if (levelOf(pressure) > level)
    return raising + 1 >= LOOKS_TO_RAISE ? held((level + 1) as Level) : { level, raising: raising + 1, lowering: 0 };
  if (level > 0 && levelOf(pressure, 0.5) < level)
    return lowering + 1 >= LOOKS_TO_LOWER ? held((level - 1) as Level) : { level, raising: 0, lowering: lowering + 1 };
  return held(level);
}

const held = (level: Level) => ({ level, raising: 0, lowering: 0 });
export const CALM: Held = { ...held(0), tooFarBehind: false };

/** Whether a class is let in. */
export const isAdmitted = (kind: CallClass, { level, tooFarBehind }: Pick<Held, 'level' | 'tooFarBehind'>): boolean =>
  CLASSES.indexOf(kind) < CLASSES.length - level && !(kind === 'ingest' && tooFarBehind);

export type Asked = { method: string; route: string; query: Readonly<Record<string, unknown>> };

/** What a call is, by its route's pattern and what it asks for. */
export function classOf({ method, route, query }: Asked): CallClass {
  if (VITAL.has(route)) return 'vital';
  if (route === '/api/v1/events') return 'ingest';
  if (!route.startsWith('/api/')) return 'people';
  if (query.format === 'csv' || REPORTS.test(route) || isLong(query.window)) return 'reports';
  if (method === 'POST' && route === '/api/v1/imports') return 'reports';
  return 'people';
}

const VITAL: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);
const REPORTS = /^\/api\/v1\/(receipts|audit|ledger|accounts|openapi\.json|people\/:id\/(trends|looks))$/;
const LONG: ReadonlySet<unknown> = new Set(['month', 'quarter', 'season', 'custom']);
const isLong = (window: unknown): boolean => LONG.has(window);

/** Calls of a class that are begun and not yet answered, and the bytes of their bodies. */
export type Open = { calls: number; bytes: number };
/** How many there may be at once, in a process: what is beyond would wait for its turn and hold memory meanwhile. */
export const ROOM: Readonly<Record<CallClass, Open>> = {
  vital: { calls: 256, bytes: 16_000_000 },
  ingest: { calls: 512, bytes: 64_000_000 },
  live: { calls: 1_000, bytes: 16_000_000 },
  people: { calls: 1_000, bytes: 64_000_000 },
  reports: { calls: 64, bytes: 64_000_000 },
};

/** Whether there is room for one more. A call alone is always taken, however long its body. */
export const hasRoom = (room: Open, open: Open, bytes: number): boolean =>
  open.calls === 0 || (open.calls < room.calls && open.bytes + bytes <= room.bytes);

const LEAST_BYTES = 8_000_000;
const QUEUE_SECONDS = 0.5;

/**
 * The room of the event door: what is taken on is what can be done within half a second, by what was done of late. More
 * would only wait, hold memory, and shut the door for a while when the line before the log is full; less would let the
 * log wait.
 * @param perSecond bytes of bodies that were answered in a second
 */
export const roomAt = (perSecond: number): Open => ({
  calls: ROOM.ingest.calls,
  bytes: Math.min(ROOM.ingest.bytes, Math.max(LEAST_BYTES, perSecond * QUEUE_SECONDS)),
});

/** What was done of late: each look weighs a quarter, and one in which nothing was asked does not count. */
export const pace = (perSecond: number, done: { bytes: number; ms: number }): number =>
  done.bytes === 0 ? perSecond : perSecond * 0.75 + ((done.bytes * 1000) / done.ms) * 0.25;

const WAIT_SECONDS: Record<CallClass, number> = { vital: 1, ingest: 1, live: 2, people: 2, reports: 8 };

/** When to come back, whole seconds: later for what is worth less, and spread so that nobody comes back together. */
export function retryAfter(kind: CallClass, random: number): number {
  const base = WAIT_SECONDS[kind];
  return base + Math.floor(random * (base * 2 + 1));
}
