import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { cutDeadLinks, TimedClient } from './dead-links.ts';

/** What a store needs: plain SQL, prepared once per text and connection, or Drizzle over the same connection. */
export type Tx = {
  rows<T>(text: string, values?: unknown[]): Promise<T[]>;
  orm: NodePgDatabase;
};

export type Db = Tx & {
  /** Runs `work` in one transaction; whatever it throws rolls everything back. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs reads that all see one moment. */
  snapshot<T>(read: (tx: Tx) => Promise<T>): Promise<T>;
  /** A connection of one's own, for LISTEN; `release` destroys it, and does nothing the second time. */
  connect(): Promise<{ client: pg.PoolClient; release(): void }>;
  /** How many connections are in use, at rest, and waited for. */
  load(): { busy: number; idle: number; waiting: number };
  close(): Promise<void>;
};

/**
 * Opens a pool. Reads give int8 as numbers (refused beyond 2^53) and timestamptz as epoch milliseconds.
 * @param searchPath the schemas in which unqualified names are looked up
 */
export function openDb(url: string, most = 16, searchPath = 'public'): Db {
  const pool = new pg.Pool({
    Client: TimedClient,
    connectionString: url,
    max: most,
    types: { getTypeParser },
    connectionTimeoutMillis: 5_000,
    query_timeout: 60_000,
    application_name: 'floorlight',
    // instants are read as text that ends in +00, see getTypeParser
    options: `-c TimeZone=UTC -c search_path=${searchPath} ${PLANS} ${NOT_IDLE}`,
  });
  // an idle client whose backend died: the pool has dropped it already, the next query takes another
  pool.on('error', () => {});
  // one whose backend died in use: its query or the next one fails; unheard, the news would end the process
  pool.on('connect', (client) => void client.on('error', () => {}));
  const stopCutting = cutDeadLinks(pool, url);
  return {
    ...txOf(pool),
    transaction: (work) => inTransaction(pool, { begin: 'begin', work }),
    snapshot: (work) => inTransaction(pool, { begin: 'begin isolation level repeatable read read only', work }),
    connect: async () => {
      const client = await pool.connect();
      let held = true;
      const release = () => {
        if (held) client.release(true);
        held = false;
      };
      return { client, release };
    },
    load: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close: () => {
      stopCutting();
      return pool.end();
    },
  };
}

// Every statement goes by keys. One that is prepared while its table is small would read the whole of it for ever after.
const PLANS = '-c enable_seqscan=off -c jit=off';

// A process that stands still, or whose line is dead, does not keep others from what its open transaction holds.
const NOT_IDLE = '-c idle_in_transaction_session_timeout=10000';

/** Within a transaction of a tool that waits for a file, or for somebody else: it may be idle as long as that takes. */
export const mayWait = (tx: Tx) => tx.rows('set local idle_in_transaction_session_timeout = 0');

/** Brings the schema up to date, one process at a time. */
export async function migrateDb(url: string, folder: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  try {
    const orm = drizzle(pool);
    await pool.query('select pg_advisory_lock(7046)');
    await migrate(orm, { migrationsFolder: folder });
    await pool.query('select pg_advisory_unlock(7046)');
  } finally {
    await pool.end();
  }
}

type Work<T> = { begin: string; work: (tx: Tx) => Promise<T> };

async function inTransaction<T>(pool: pg.Pool, { begin, work }: Work<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(txOf(client));
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

const names = new Map<string, string>();

function txOf(client: pg.Pool | pg.PoolClient): Tx {
  let orm: NodePgDatabase | undefined;
  return {
    get orm() {
      orm ??= drizzle(client, { casing: 'snake_case' });
      return orm;
    },
    rows: async <T>(text: string, values: unknown[] = []) => {
      const result = await client.query({ name: nameOf(text), text, values });
      return result.rows as T[];
    },
  };
}

function nameOf(text: string): string {
  let name = names.get(text);
  if (!name) {
    name = `s${names.size}`;
    names.set(text, name);
  }
  return name;
}

const INT8 = 20;
const TIMESTAMPTZ = 1184;

const getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (oid === INT8) return safeInteger;
  if (oid === TIMESTAMPTZ) return (text: string) => Date.parse(`${text.slice(0, -3).replace(' ', 'T')}Z`);
  return pg.types.getTypeParser(oid, format as 'text');
}) as typeof pg.types.getTypeParser;

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`an int8 beyond 2^53 came from the database: ${text}`);
  return value;
}
