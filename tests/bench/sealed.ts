import pg from 'pg';
import type { Product } from './product.ts';

/** As if so many old events had been removed: the door asks for each that comes whether it was one of them. */
export async function sealKeys(product: Product, keys: number): Promise<void> {
  const client = new pg.Client(product.databaseUrl);
  await client.connect();
  const ask = (text: string) => client.query(text);
  await ask(`insert into seals (org_id, cut, before, position, sealed_at, removed)
    select min(org_id), 0, 86400000, 1, 0, ${keys} from flows`);
  await ask('alter table sealed_keys drop constraint sealed_keys_org_id_key_pk');
  await ask(`insert into sealed_keys (org_id, key)
    select org_id, md5('removed' || n)::uuid from (select min(org_id) as org_id from flows) o, generate_series(1, ${keys}) n`);
  await ask('alter table sealed_keys add constraint sealed_keys_org_id_key_pk primary key (org_id, key)');
  await ask('vacuum analyze sealed_keys');
  const { rows } = await ask("select pg_size_pretty(pg_total_relation_size('sealed_keys')) as size");
  console.log(`  ${keys} keys of removed events take ${rows[0].size}`);
  await ask('checkpoint');
  await client.end();
}
