import type { Board } from '#contract/definitions.ts';
import type { Tx } from '#server/foundation/db.ts';

/** The boards that an organisation defined, by id. */
export async function boardRows(tx: Tx, orgId: number): Promise<Map<string, Board>> {
  const rows = await tx.rows<{ id: string; definition: Board }>(
    'select id, definition from boards where org_id = $1 order by id',
    [orgId],
  );
  return new Map(rows.map((row) => [row.id, row.definition]));
}

/** Saves a board unless a later position has been saved already. */
export async function saveBoard(tx: Tx, orgId: number, row: { definition: Board; position: number }): Promise<void> {
  await tx.rows(
    `insert into boards (org_id, id, definition, position) values ($1, $2, $3, $4)
     on conflict (org_id, id) do update set definition = excluded.definition, position = excluded.position
     where excluded.position >= boards.position`,
    [orgId, row.definition.id, JSON.stringify(row.definition), row.position],
  );
}
