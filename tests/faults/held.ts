import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { isOutage } from '../../server/foundation/outage.ts';
import type { Floor } from './floor.ts';

const COMES_MS = 3_000;
const LOCKED = '55P03';

/**
 * Catches the flow in the middle: keeps a table from being written, waits until a connection of the product stands there
 * with its transaction open, and kills. @returns false where none came
 */
export async function killHeld(
  floor: Floor,
  table: string,
  strike: (pid: number) => Promise<void> | void,
): Promise<boolean> {
  const client = new pg.Client({ connectionString: floor.databaseUrl, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('begin');
    await client.query("set local lock_timeout = '1s'");
    await client.query(`lock table ${table} in share mode`);
    const pid = await waiting(client, table);
    if (pid === null) return false;
    await strike(pid);
    return true;
  } catch (error) {
    // somebody else is at the table for long, or the server has just gone
    if (isOutage(error) || (error as { code?: string }).code === LOCKED) return false;
    throw error;
  } finally {
    void client.end().catch(() => {});
  }
}

/** Who waits to write the table: of those that turn the flow, told by the statement of its position where it is the table. */
async function waiting(client: pg.Client, table: string): Promise<number | null> {
  const until = Date.now() + COMES_MS;
  while (Date.now() < until) {
    const { rows } = await client.query<{ pid: number }>(
      `select l.pid from pg_locks l join pg_stat_activity a on a.pid = l.pid
       where not l.granted and l.relation = $1::text::regclass and a.application_name = 'floorlight'
         and ($1::text <> 'flows' or a.query like '%set position%') limit 1`,
      [table],
    );
    if (rows[0]) return rows[0].pid;
    await wait(5);
  }
  return null;
}
