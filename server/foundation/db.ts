import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { cutDeadLinks, TimedClient } from './dead-links.ts';
import { localOrg, queryAs, type Whose } from './own-query.ts';

/** What a store needs. */
export type Tx = {
  /** Plain SQL, prepared once per text and connection. */
  rows<T>(text: string, values?: unknown[]): Promise<T[]>;
  /** The same for what is not to be prepared: cursors, whose rows differ from one time to the next. */
  once<T>(text: string): Promise<T[]>;
};

/** The database as far as somebody reaches. A statement outside `transaction` and `snapshot` is a transaction of its own. */
export type Reach = Tx & {
  /** Runs `work` in one transaction; whatever it throws rolls everything back. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs reads that all see one moment. */
  snapshot<T>(read: (tx: Tx) => Promise<T>): Promise<T>;
};

/** Whoever asks says for whom: nothing can be read or written without it. */
export type Db = {
  /** What belongs to an organisation. Every transaction names it to the database, which shows no other's rows. */
  of(orgId: number): Reach;
  /** For what comes before the organisation is known: who signs in, which session or key this is, whose flows there are. */
  lobby: Reach;
  /** A connection of one's own, for LISTEN; `release` destroys it, and does nothing the second time. */
  connect(): Promise<{ client: pg.PoolClient; release(): void }>;
  /** How many connections are in use, at rest, and waited for. */
  load(): { busy: number; idle: number; waiting: number };
  close(): Promise<void>;
};

/** For tools that go over everything: migrations, backups, a rebuild. */
export type OwnDb = Db & { every: Reach };

/** For the house at work. */
export const openDb = (url: string, most = 16): Db => open(url, { most, options: `-c role=${RUNTIME}` });

/**
 * For a tool, as the owner of the tables.
 * @param searchPath the schemas in which unqualified names are looked up
 */
export function openOwnDb(url: string, most: number, searchPath = 'public'): OwnDb {
  const { pool, ...db } = open(url, { most, options: `-c search_path=${searchPath} ${EVERY}` });
  return { ...db, every: reachOf(pool, null) };
}

/** Opens a pool. Reads give int8 as numbers (refused beyond 2^53) and timestamptz as epoch milliseconds. */
function open(url: string, { most, options }: { most: number; options: string }): Db & { pool: pg.Pool } {
  const pool = new pg.Pool({
    Client: TimedClient,
    connectionString: url,
    max: most,
    types: { getTypeParser },
    connectionTimeoutMillis: 5_000,
    query_timeout: 60_000,
    application_name: 'floorlight',
    // instants are read as text that ends in +00, see getTypeParser
    options: `-c TimeZone=UTC ${PLANS} ${NOT_IDLE} ${options}`,
  });
  // an idle client whose backend died: the pool has dropped it already, the next query takes another
  pool.on('error', () => {});
  // one whose backend died in use: its query or the next one fails; unheard, the news would end the process
  pool.on('connect', (client) => void client.on('error', () => {}));
  const stopCutting = cutDeadLinks(pool, url);
  const reaches = new Map<number, Reach>();
  return {
    pool,
    of: (orgId) => {
      if (!Number.isInteger(orgId)) throw new Error(`${orgId} is no organisation`);
      const known = reaches.get(orgId) ?? reachOf(pool, orgId);
      reaches.set(orgId, known);
      return known;
    },
    lobby: reachOf(pool, 'lobby'),
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

/** Whom the house works as: it owns nothing, and rows of other organisations are not there for it. */
const RUNTIME = 'floorlight_runtime';

/** The owner sees rows only where it says that it wants all of them; on a pool that serves nothing else. */
const EVERY = '-c floorlight.every=on';

// Every statement goes by keys. One that is prepared while its table is small would read the whole of it for ever after.
const PLANS = '-c enable_seqscan=off -c jit=off';

// A process that stands still, or whose line is dead, does not keep others from what its open transaction holds.
const NOT_IDLE = '-c idle_in_transaction_session_timeout=10000';

/** Within a transaction of a tool that waits for a file, or for somebody else: it may be idle as long as that takes. */
export const mayWait = (tx: Tx) => tx.rows('set local idle_in_transaction_session_timeout = 0');

/** Brings the schema up to date, one process at a time. */
export async function migrateDb(url: string, folder: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1, options: EVERY });
  try {
    const orm = drizzle(pool);
    await pool.query('select pg_advisory_lock(7046)');
    await migrate(orm, { migrationsFolder: folder });
    // a folder of earlier days knows no walls
    const { rows } = await pool.query("select to_regproc('raise_walls') is not null as known");
    if (rows[0].known) await pool.query('select raise_walls()');
    await pool.query('select pg_advisory_unlock(7046)');
  } finally {
    await pool.end();
  }
}

/** @param whose null: nothing is said, and who owns the tables sees everything */
function reachOf(pool: pg.Pool, whose: Whose | null): Reach {
  const own = whose === null ? '' : `; ${localOrg(whose)}`;
  return {
    ...txOf(whose === null ? pool : { query: (config) => queryAs(pool, whose, config) }),
    transaction: (work) => inTransaction(pool, `begin${own}`, work),
    snapshot: (work) => inTransaction(pool, `begin isolation level repeatable read read only${own}`, work),
  };
}

async function inTransaction<T>(pool: pg.Pool, begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
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

function txOf(client: { query(config: pg.QueryConfig): Promise<pg.QueryResult> }): Tx {
  return {
    rows: async <T>(text: string, values: unknown[] = []) =>
      (await client.query({ name: nameOf(text), text, values })).rows as T[],
    once: async <T>(text: string) => (await client.query({ text })).rows as T[],
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
