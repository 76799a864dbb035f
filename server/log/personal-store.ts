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
    // "offset 0": the party is calculated first, and its key then looked for by the index
    `select e.position, e.sealed, e.party, p.key
     from (select position, sealed, coalesce(customer, agent) as party from events
           where org_id = $1 and position = any($2::bigint[]) and sealed is not null offset 0) e
     left join lateral (select key from parties where org_id = $1 and ref = e.party offset 0) p on true`,
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
