import { tablesOf } from '../server/foundation/backup/schema.ts';
import type { Tx } from '../server/foundation/db.ts';

/** A table, the column that says whose a row is, and how a row of an organisation is written. */
export type Filled = { name: string; org: string; insert(orgId: number): string };

type Column = { name: string; type: string; wanted: boolean };

/** Every table of the house, what is referred to before what refers to it. */
export async function fillable(tx: Tx): Promise<Filled[]> {
  const tables = await tablesOf(tx);
  return Promise.all(
    tables.map(async ({ name }) => {
      const columns = await tx.rows<Column>(
        `select column_name as name, udt_name as type, is_nullable = 'NO' and is_identity = 'NO' as wanted
         from information_schema.columns where table_schema = 'public' and table_name = $1`,
        [name],
      );
      const org = name === 'organisations' ? 'id' : 'org_id';
      const given = columns.filter((column) => column.wanted || column.name === org);
      const names = given.map((column) => `"${column.name}"`).join(', ');
      return {
        name,
        org,
        insert: (orgId) =>
          `insert into ${name} (${names}) values (${given.map((column) => valueFor(column, { org, orgId })).join(', ')})`,
      };
    }),
  );
}

/** Something of the type of a column that no other organisation's row has where it must be unique everywhere. */
function valueFor({ name, type }: Column, { org, orgId }: { org: string; orgId: number }): string {
  if (name === org) return String(orgId);
  const value = VALUES[type]?.(orgId);
  if (value === undefined) throw new Error(`no value is known for ${name} of type ${type}`);
  return value;
}

const VALUES: Record<string, (orgId: number) => string> = {
  int2: () => '1',
  int4: () => '1',
  int8: () => '1',
  bool: () => 'true',
  text: (orgId) => `'x${orgId}'`,
  _text: () => `'{}'`,
  json: () => `'{}'`,
  jsonb: () => `'{}'`,
  bytea: (orgId) => `'\\x${orgId.toString(16).padStart(8, '0')}'`,
  timestamptz: () => 'now()',
  uuid: (orgId) => `'00000000-0000-7000-8000-${String(orgId).padStart(12, '0')}'`,
};
