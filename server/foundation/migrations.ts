import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tx } from './db.ts';

export type Migration = { tag: string; when: number };

/** The migrations of this version of the house, in their order. */
export function knownMigrations(folder: string): Migration[] {
  const journal = JSON.parse(readFileSync(path.join(folder, 'meta/_journal.json'), 'utf8')) as { entries: Migration[] };
  return journal.entries.map(({ tag, when }) => ({ tag, when }));
}

/** A folder with the migrations up to one and including it, to make a database as it was then. */
export function migrationsUpTo(folder: string, last: Migration): string {
  const journal = JSON.parse(readFileSync(path.join(folder, 'meta/_journal.json'), 'utf8'));
  const entries = (journal.entries as Migration[]).filter(({ when }) => when <= last.when);
  const part = mkdtempSync(path.join(tmpdir(), 'floorlight-migrations-'));
  mkdirSync(path.join(part, 'meta'));
  writeFileSync(path.join(part, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }));
  for (const { tag } of entries) cpSync(path.join(folder, `${tag}.sql`), path.join(part, `${tag}.sql`));
  return part;
}

/** When the last migration that a database has was made; null for a database without any. */
export async function lastMigration(tx: Tx): Promise<number | null> {
  const [there] = await tx.rows<{ name: string | null }>("select to_regclass('drizzle.__drizzle_migrations') as name");
  if (!there?.name) return null;
  const [row] = await tx.rows<{ at: number | null }>('select max(created_at) as at from drizzle.__drizzle_migrations');
  return row?.at ?? null;
}
