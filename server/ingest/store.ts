import type { Tx } from '#server/foundation/db.ts';

/** What a source said in a batch, or all in all. Times are epoch ms. */
export type Heard = { name: string; firstAt: number; lastEventAt: number; lastReceivedAt: number; accepted: number };
export type SourceRow = Heard & { backfill: 'silent' | 'award' };

/** Adds what was heard of each source. */
export const saveHeard = (tx: Tx, orgId: number, heard: Heard[]) =>
  tx.rows(
    `insert into sources as s (org_id, name, first_at, last_event_at, last_received_at, accepted)
     select $1, * from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
     on conflict (org_id, name) do update set first_at = least(s.first_at, excluded.first_at),
       last_event_at = greatest(s.last_event_at, excluded.last_event_at),
       last_received_at = greatest(s.last_received_at, excluded.last_received_at),
       accepted = s.accepted + excluded.accepted`,
    [
      orgId,
      heard.map((h) => h.name),
      heard.map((h) => h.firstAt),
      heard.map((h) => h.lastEventAt),
      heard.map((h) => h.lastReceivedAt),
      heard.map((h) => h.accepted),
    ],
  );

const COLUMNS = `s.name, s.first_at as "firstAt", s.last_event_at as "lastEventAt", s.last_received_at as "lastReceivedAt", s.accepted,
  coalesce(c.backfill, 'silent') as backfill`;
const SOURCES = 'sources s left join source_choices c on c.org_id = s.org_id and c.name = s.name';

/** Sources by name, after a name; `most` of them. */
export const sourceRows = (tx: Tx, orgId: number, page: { after?: string; most?: number } = {}) =>
  tx.rows<SourceRow>(`select ${COLUMNS} from ${SOURCES} where s.org_id = $1 and s.name > $2 order by s.name limit $3`, [
    orgId,
    page.after ?? '',
    page.most ?? 1_000,
  ]);

export async function sourceRow(tx: Tx, orgId: number, name: string): Promise<SourceRow | null> {
  const [row] = await tx.rows<SourceRow>(`select ${COLUMNS} from ${SOURCES} where s.org_id = $1 and s.name = $2`, [
    orgId,
    name,
  ]);
  return row ?? null;
}

export type Choice = { name: string; backfill: 'silent' | 'award'; position: number };

/** Keeps what was chosen for sources, unless something newer stands there. */
export const saveChoices = (tx: Tx, orgId: number, choices: readonly Choice[]) =>
  tx.rows(
    `insert into source_choices (org_id, name, backfill, position)
     select $1, * from unnest($2::text[], $3::text[], $4::bigint[])
     on conflict (org_id, name) do update set backfill = excluded.backfill, position = excluded.position
     where excluded.position > source_choices.position`,
    [orgId, choices.map((c) => c.name), choices.map((c) => c.backfill), choices.map((c) => c.position)],
  );
