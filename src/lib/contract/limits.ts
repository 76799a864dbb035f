/** Bounds of the public contract, in one place: the door, the documentation and the screens read the same numbers. */
export const LIMITS = {
  eventsPerCall: 5_000,
  bytesPerCall: 5_000_000,
  bytesPerFile: 200_000_000,
  aheadMs: 24 * 60 * 60 * 1000,
  backfillMs: 24 * 60 * 60 * 1000,
  durationMs: 31 * 24 * 60 * 60 * 1000,
  pageDefault: 50,
  pageMost: 500,
  waitMs: 5_000,
  k: 5,
} as const;
