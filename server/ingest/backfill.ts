import type { Tx } from '#server/foundation/db.ts';
import { sourceRows } from './store.ts';

const LATE_MS = 24 * 3_600_000;

/** Whether something came in behind its time: more than a day after it happened. Times are epoch ms. */
export const isBackfill = ({ to, recordedAt }: { to: number; recordedAt: number }): boolean =>
  recordedAt - to > LATE_MS;

/**
 * Whether what is decided about a span counts: it was told in time, or it is history of which every source says that
 * it may earn (`backfill: award`).
 */
export async function isSettledHistory(
  tx: Tx,
  orgId: number,
  span: { to: number; recordedAt: number },
): Promise<boolean> {
  if (!isBackfill(span)) return true;
  const sources = await sourceRows(tx, orgId, { most: 10_000 });
  return sources.length > 0 && sources.every((source) => source.backfill === 'award');
}
