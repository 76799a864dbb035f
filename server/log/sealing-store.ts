import type { Tx } from '#server/foundation/db.ts';
import type { Position } from './catalogue.ts';
import type { Seal } from './sealed-past.ts';
import { digestRows, SHADOW } from './shadow-store.ts';
import type { SealedTable } from './tables.ts';

const ROWS_A_PART = 500;

/** Says that what lies before `before` will be sealed; what was announced before and never came to pass is forgotten. */
export async function announce(tx: Tx, orgId: number, { cut, before }: Omit<Seal, 'position'>): Promise<void> {
  await withdraw(tx, orgId);
  await tx.rows('insert into seals (org_id, cut, before) values ($1, $2, $3)', [orgId, cut, before]);
}

export const withdraw = (tx: Tx, orgId: number) =>
  tx.rows('delete from seals where org_id = $1 and position is null', [orgId]);

/** Keeps the derived tables as the shadow has them, in place of those of the seal before, and takes the lease of the flow. */
export async function keepSealed(
  tx: Tx,
  orgId: number,
  of: { seal: Seal; removed: number; now: number; tables: readonly string[] },
): Promise<void> {
  await tx.rows('delete from sealed_rows where org_id = $1', [orgId]);
  await tx.rows('update seals set tables = null where org_id = $1', [orgId]);
  const kept: Record<string, SealedTable> = {};
  for (const table of of.tables) kept[table] = await keepTable(tx, orgId, table);
  const { seal, removed, now } = of;
  await tx.rows(
    'update seals set position = $3, sealed_at = $4, removed = $5, tables = $6 where org_id = $1 and cut = $2',
    [orgId, seal.cut, seal.position, now, removed, JSON.stringify(kept)],
  );
  await tx.rows('update public.flows set epoch = epoch + 1, holder = null, lease_until = null where org_id = $1', [
    orgId,
  ]);
}

/**
 * Puts what was sealed into the shadow, where a rebuild goes on from there. A column that has come since has its default,
 * one that is gone is left out.
 * @returns the position at which it was sealed, 0 where nothing was; how many rows of a table are not what was kept
 */
export async function beginAtSeal(tx: Tx, orgId: number): Promise<{ position: Position; damaged: string[] }> {
  const [seal] = await tx.rows<{ position: Position; tables: Record<string, SealedTable> }>(
    'select position, tables from seals where org_id = $1 and tables is not null',
    [orgId],
  );
  if (!seal) return { position: 0, damaged: [] };
  const damaged: string[] = [];
  for (const [table, kept] of Object.entries(seal.tables)) {
    if ((await digestKept(tx, orgId, table)) !== kept.digest) damaged.push(table);
    else if (kept.rows > 0) await fill(tx, orgId, { table, kept });
  }
  await tx.rows(`update ${SHADOW}.flows set position = $2 where org_id = $1`, [orgId, seal.position]);
  return { position: seal.position, damaged };
}

async function keepTable(tx: Tx, orgId: number, table: string): Promise<SealedTable> {
  await tx.rows(
    `insert into sealed_rows (org_id, "table", part, rows)
     select $1, $2, part, array_agg(line) from (
       select t::text as line, (row_number() over () - 1) / ${ROWS_A_PART} as part from ${SHADOW}.${table} t where org_id = $1) g
     group by part`,
    [orgId, table],
  );
  return { columns: await columnsOf(tx, table), ...(await digestRows(tx, orgId, { schema: SHADOW, table })) };
}

/** As `digestRows` of the table would be. */
async function digestKept(tx: Tx, orgId: number, table: string): Promise<string> {
  const [row] = await tx.rows<{ digest: string }>(
    `select coalesce(md5(string_agg(line, ';' order by line)), '') as digest
     from (select md5(one) as line from sealed_rows, unnest(rows) one where org_id = $1 and "table" = $2) lines`,
    [orgId, table],
  );
  return row?.digest ?? '';
}

async function fill(tx: Tx, orgId: number, { table, kept }: { table: string; kept: SealedTable }): Promise<void> {
  const columns = new Set(await columnsOf(tx, table));
  const shape = `${SHADOW}."${table} of ${orgId}"`;
  const shared = kept.columns.filter((column) => columns.has(column));
  await tx.rows(
    `create table ${shape} as select ${kept.columns
      .map((column) => (columns.has(column) ? quoted(column) : `null::text as ${quoted(column)}`))
      .join(', ')} from ${SHADOW}.${table} where false`,
  );
  // each row is read once and then taken apart: without the offset every column would read it again
  await tx.rows(
    `insert into ${SHADOW}.${table} (${shared.map(quoted).join(', ')}) overriding system value
     select ${shared.map((column) => `(g.row).${quoted(column)}`).join(', ')} from (
       select line::${shape} as row from sealed_rows, unnest(rows) line where org_id = $1 and "table" = $2 offset 0) g`,
    [orgId, table],
  );
}

async function columnsOf(tx: Tx, table: string): Promise<string[]> {
  const rows = await tx.rows<{ column: string }>(
    `select attname as "column" from pg_attribute where attrelid = '${SHADOW}.${table}'::regclass and attnum > 0 and not attisdropped
     order by attnum`,
  );
  return rows.map(({ column }) => column);
}

const quoted = (name: string): string => `"${name}"`;
