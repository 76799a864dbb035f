import { mayWait, type Reach } from '../db.ts';
import { knownMigrations, lastMigration } from '../migrations.ts';
import { FORMAT, writeBackup } from './file.ts';
import { digestOf, hiddenTables, rowsOf, tablesOf } from './schema.ts';

export type Taken = { tables: number; rows: number };

/**
 * Writes all tables into a file as they are in one moment, while the house goes on.
 * @param folder of the migrations
 * @throws Error where the database is not of this version, or rows are hidden from whoever asks
 */
export async function takeBackup(db: Reach, file: string, folder: string): Promise<Taken> {
  return db.snapshot(async (tx) => {
    await mayWait(tx);
    // never half of what is there
    const hidden = await hiddenTables(tx);
    if (hidden.length > 0)
      throw new Error(
        `Rows of ${hidden.join(', ')} are hidden from this user. Back up as the one who owns the tables.`,
      );
    const when = await lastMigration(tx);
    const migration = knownMigrations(folder).find((one) => one.when === when);
    if (!migration)
      throw new Error('The database is not of this version of the house: start it once, then back it up.');
    const out = writeBackup(file);
    await out.write({ format: FORMAT, version: 1, takenAt: new Date().toISOString(), migration });
    const tables = await tablesOf(tx);
    let total = 0;
    for (const { name, columns } of tables) {
      await out.write({ table: name, columns });
      for await (const rows of rowsOf(tx, name)) await out.write(...rows);
      const { rows, digest } = await digestOf(tx, name);
      await out.write({ end: name, rows, digest });
      total += rows;
    }
    await out.write({ whole: true, tables: tables.length, rows: total });
    await out.close();
    return { tables: tables.length, rows: total };
  });
}
