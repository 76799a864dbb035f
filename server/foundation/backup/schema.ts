import type { Tx } from '../db.ts';

export type Table = { name: string; columns: string[] };
/** How many rows a table has, and a sum over the rows that does not depend on their order. */
export type Digest = { rows: number; digest: string };

/** All tables with their columns in order; what is referred to comes before what refers to it. */
export async function tablesOf(tx: Tx): Promise<Table[]> {
  const tables = await tx.rows<Table>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     group by c.relname order by c.relname`,
  );
  const references = await tx.rows<{ from: string; to: string }>(
    `select conrelid::regclass::text as "from", confrelid::regclass::text as "to"
     from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conrelid <> confrelid`,
  );
  const ordered: Table[] = [];
  const waiting = new Map(tables.map((table) => [table.name, table]));
  while (waiting.size > 0) {
    const free = [...waiting.values()].filter(
      ({ name }) => !references.some(({ from, to }) => from === name && waiting.has(to)),
    );
    if (free.length === 0) throw new Error(`Tables refer to each other in a circle: ${[...waiting.keys()].join(', ')}`);
    for (const table of free) waiting.delete(table.name);
    ordered.push(...free);
  }
  return ordered;
}

export async function digestOf(tx: Tx, table: string): Promise<Digest> {
  const [row] = await tx.rows<Digest>(
    `select count(*)::int as rows,
       coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0)::text as digest from ${named(table)} t`,
  );
  return row as Digest;
}

/** Tables of which some rows are not shown to whoever asks. */
export const hiddenTables = async (tx: Tx): Promise<string[]> =>
  (
    await tx.rows<{ name: string }>(
      `select c.relname as name from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and row_security_active(c.oid)
         and (current_setting('floorlight.every', true) is distinct from 'on' or not exists (
           select from pg_policy p where p.polrelid = c.oid and p.polname = ('every ' || current_user)::name))`,
    )
  ).map(({ name }) => name);

/** Rows as texts that the same table reads back byte for byte, some at a time. */
export async function* rowsOf(tx: Tx, table: string, most = 2_000): AsyncGenerator<string[]> {
  await tx.once(`declare backup no scroll cursor for select t::text as row from ${named(table)} t`);
  for (;;) {
    const rows = await tx.once<{ row: string }>(`fetch ${most} from backup`);
    if (rows.length === 0) break;
    yield rows.map(({ row }) => row);
  }
  await tx.once('close backup');
}

/** Writes rows as `rowsOf` gave them. */
export async function putRows(tx: Tx, table: string, rows: string[]): Promise<void> {
  // the row is read once and then taken apart: without the offset each column would read it again
  await tx.rows(
    `insert into ${named(table)} overriding system value
     select (g.row).* from (select given::${named(table)} as row from unnest($1::text[]) given offset 0) g`,
    [rows],
  );
}

export const dropRows = (tx: Tx, table: string) => tx.rows(`delete from ${named(table)}`);

/** Numbers that the database gives itself go on after the highest that is there. */
export async function raiseIdentities(tx: Tx): Promise<void> {
  const columns = await tx.rows<{ table: string; column: string }>(
    `select c.relname as "table", a.attname as "column" from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attidentity <> ''`,
  );
  for (const { table, column } of columns)
    await tx.rows(
      `select setval(pg_get_serial_sequence('"${table}"', '${column}'), coalesce(max(${named(column)}), 0) + 1, false) from ${named(table)}`,
    );
}

/** Whether a database has nothing of ours or of anybody. */
export async function isEmpty(tx: Tx): Promise<boolean> {
  const [row] = await tx.rows<{ n: number }>(
    "select count(*)::int as n from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')",
  );
  return row?.n === 0;
}

/** Drops everything that is there. */
export async function clear(tx: Tx): Promise<void> {
  for (const schema of ['public', 'drizzle']) await tx.rows(`drop schema if exists ${schema} cascade`);
  await tx.rows('create schema public');
}

/** Other connections of the house to this database. */
export async function othersAtWork(tx: Tx): Promise<number> {
  const [row] = await tx.rows<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity
     where datname = current_database() and application_name = 'floorlight' and pid <> pg_backend_pid()`,
  );
  return row?.n ?? 0;
}

const named = (name: string): string => `"${name}"`;
