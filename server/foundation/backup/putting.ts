import { mayWait, migrateDb, openOwnDb, type Reach, type Tx } from '../db.ts';
import { knownMigrations, migrationsUpTo } from '../migrations.ts';
import { FORMAT, type Foot, type Head, type Line, readBackup } from './file.ts';
import { clear, digestOf, dropRows, isEmpty, othersAtWork, putRows, raiseIdentities, tablesOf } from './schema.ts';

export type Put = { tables: number; rows: number; takenAt: string };
export type Place = {
  databaseUrl: string;
  /** The folder of the migrations. */
  folder: string;
  /** Whether what is there may be dropped. */
  replace: boolean;
};

const AT_ONCE = 1_000;

/** Reads a backup to its end without keeping anything. @throws Error where it is not whole */
export async function checkBackup(file: string): Promise<Put> {
  const seen = { rows: 0, tables: 0, head: null as Head | null, foot: null as Foot | null };
  for await (const line of readBackup(file)) {
    seen.head ??= headOf(line, file);
    if (typeof line === 'string') seen.rows++;
    else if ('end' in line) seen.tables++;
    else if ('whole' in line) seen.foot = line;
  }
  const { head, foot, rows, tables } = seen;
  if (!head || foot?.rows !== rows || foot.tables !== tables) throw new Error(`${file} is not whole.`);
  return { tables, rows, takenAt: head.takenAt };
}

/**
 * Puts a backup into an empty database, as the version that took it made it, compares every table with what was taken,
 * and then brings it up to this version. The rows come in one transaction: all of them or none.
 * @throws Error where the file is not whole or of a newer version, the database is not empty or in use, or a digest differs
 */
export async function putBackup(file: string, place: Place): Promise<Put> {
  const { takenAt } = await checkBackup(file);
  const head = await firstOf(file);
  const known = knownMigrations(place.folder).find(({ when }) => when === head.migration.when);
  if (!known) throw new Error(`${file} was taken by a newer version of the house (${head.migration.tag}).`);
  const db = openOwnDb(place.databaseUrl, 2);
  try {
    await makeRoom(db.every, place.replace);
    await migrateDb(place.databaseUrl, migrationsUpTo(place.folder, known));
    const put = await db.every.transaction((tx) => fill(tx, file));
    await migrateDb(place.databaseUrl, place.folder);
    return { ...put, takenAt };
  } finally {
    await db.close();
  }
}

async function makeRoom(db: Reach, replace: boolean): Promise<void> {
  const others = await db.transaction(othersAtWork);
  if (others > 0) throw new Error('The house is open on this database: stop it first.');
  if (await isEmpty(db)) return;
  if (!replace) throw new Error('The database is not empty. Give --replace to drop what is there, all of it.');
  await db.transaction(clear);
}

async function fill(tx: Tx, file: string): Promise<{ tables: number; rows: number }> {
  await mayWait(tx);
  const columnsOf = new Map((await tablesOf(tx)).map(({ name, columns }) => [name, columns]));
  let table = '';
  let waiting: string[] = [];
  const put = { tables: 0, rows: 0 };
  const flush = async () => {
    if (waiting.length > 0) await putRows(tx, table, waiting);
    put.rows += waiting.length;
    waiting = [];
  };
  for await (const line of readBackup(file)) {
    if (typeof line === 'string') {
      waiting.push(line);
      if (waiting.length >= AT_ONCE) await flush();
    } else if ('table' in line) {
      table = line.table;
      if (columnsOf.get(table)?.join() !== line.columns.join())
        throw new Error(`The table ${table} has other columns.`);
      // what the migrations put there themselves is in the backup too
      if ((await digestOf(tx, table)).rows > 0) await dropRows(tx, table);
    } else if ('end' in line) {
      await flush();
      const { rows, digest } = await digestOf(tx, table);
      if (rows !== line.rows || digest !== line.digest)
        throw new Error(`The table ${table} is not what was taken: ${line.rows} rows then, ${rows} now.`);
      put.tables++;
    }
  }
  await raiseIdentities(tx);
  return put;
}

async function firstOf(file: string): Promise<Head> {
  for await (const line of readBackup(file)) return headOf(line, file);
  throw new Error(`${file} is empty.`);
}

function headOf(line: Line, file: string): Head {
  if (typeof line === 'object' && 'format' in line && line.format === FORMAT && line.version === 1) return line;
  throw new Error(`${file} is no backup of the house.`);
}
