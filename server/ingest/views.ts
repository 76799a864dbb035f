import type { Source } from '#contract/events.ts';
import type { Ground } from '#server/log/ground.ts';
import { type SourceRow, sourceRow } from './store.ts';

/** A source as the wire shows it. */
export const presentSource = (row: SourceRow): Source => ({
  name: row.name,
  firstAt: new Date(row.firstAt).toISOString(),
  lastEventAt: new Date(row.lastEventAt).toISOString(),
  lastReceivedAt: new Date(row.lastReceivedAt).toISOString(),
  accepted: row.accepted,
  backfill: row.backfill,
});

/** The body of the topic `source:<name>`; a source that never spoke has null in place of it. */
export async function sourceSnapshot(ground: Pick<Ground, 'db' | 'log'>, orgId: number, name: string) {
  const position = String(await ground.log.position(orgId));
  const row = await sourceRow(ground.db.of(orgId), orgId, name);
  return { source: row && presentSource(row), position };
}
