import type { Tx } from '../server/foundation/db.ts';

/** What says of a row only that somebody was there. */
const SEEN = "array['last_seen_at','seen_at','last_used_at']";

/** Every table with its rows as one digest: those of an organisation, or all. */
export async function rowsOf(db: Tx, orgId: number | null): Promise<Record<string, string>> {
  const tables = await db.rows<{ name: string }>(
    `select c.table_name as name from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and c.column_name = 'org_id' and t.table_type = 'BASE TABLE' order by 1`,
  );
  const digests: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await db.rows<{ digest: string }>(
      `select coalesce(md5(string_agg(line, ';' order by line)), '') as digest
       from (select (to_jsonb(t) - ${SEEN})::text as line from ${name} t where $1::int is null or org_id = $1) lines`,
      [orgId],
    );
    digests[name] = row?.digest ?? '';
  }
  return digests;
}
