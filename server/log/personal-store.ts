import type { Tx } from '#server/foundation/db.ts';
import type { Position } from './catalogue.ts';
import { secretOf } from './party-store.ts';
import { unseal } from './seal.ts';

/** The personal text of events by position; what cannot be opened any more, because its key was destroyed, is missing. */
export async function personalOf(
  tx: Tx,
  orgId: number,
  positions: readonly Position[],
): Promise<Map<Position, Record<string, string>>> {
  if (positions.length === 0) return new Map();
  const rows = await tx.rows<{ position: Position; sealed: Buffer; party: number | null; key: Buffer | null }>(
    `select e.position, e.sealed, coalesce(e.customer, e.agent) as party, p.key
     from events e left join parties p on p.org_id = e.org_id and p.ref = coalesce(e.customer, e.agent)
     where e.org_id = $1 and e.position = any($2::bigint[]) and e.sealed is not null`,
    [orgId, positions],
  );
  const secret = rows.some((row) => row.party === null) ? await secretOf(tx, orgId) : null;
  const texts = new Map<Position, Record<string, string>>();
  for (const { position, sealed, party, key } of rows) {
    const own = party === null ? secret : key;
    if (own) texts.set(position, JSON.parse(unseal(sealed, own)) as Record<string, string>);
  }
  return texts;
}
