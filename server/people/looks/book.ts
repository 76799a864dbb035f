import type { Ground } from '#server/log/ground.ts';
import { hourOf, type Look } from './rules.ts';
import { addLooks, type LookRow } from './store.ts';

const FLUSH_MS = 1_000;
/** Beyond this many rows that the database did not take, the oldest are kept and new ones only counted on them. */
const MOST = 100_000;

/** The book of who looked at whose data: noted in memory, written within a second, and when it closes. */
export type LookBook = {
  note(look: Look): void;
  /** Writes whatever is noted. What the database does not take stays, and is tried again. */
  flush(): Promise<void>;
  close(): Promise<void>;
};

export function openLookBook({ db, clock }: Pick<Ground, 'db' | 'clock'>): LookBook {
  let noted = new Map<string, LookRow>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const add = (row: LookRow): void => {
    const key = JSON.stringify([row.orgId, row.subject, row.viewer, row.noun, row.hour]);
    const known = noted.get(key);
    if (known) Object.assign(known, { at: Math.max(known.at, row.at), times: known.times + row.times });
    else if (noted.size < MOST) noted.set(key, row);
  };
  const write = async (): Promise<void> => {
    const rows = new Set(noted.values());
    noted = new Map();
    try {
      for (const [orgId, own] of Map.groupBy(rows, (row) => row.orgId)) {
        await addLooks(db.of(orgId), own);
        for (const row of own) rows.delete(row);
      }
    } catch (error) {
      for (const row of rows) add(row);
      throw error;
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.catch(() => {}).then(write);
    return writing;
  };
  const later = (): void => {
    timer ??= setTimeout(() => void flush().catch(later), FLUSH_MS).unref();
  };
  return {
    note: (look) => {
      const at = clock.now();
      add({ ...look, hour: hourOf(at), at, times: 1 });
      later();
    },
    flush,
    close: () => flush(),
  };
}
