import { lastMigration } from '#server/foundation/migrations.ts';
import type { Ground } from '#server/log/ground.ts';
import { stages, worstLag } from '#server/log/lag.ts';

export type Readiness = {
  ready: boolean;
  database: boolean;
  redis: boolean;
  migrated: boolean;
  lagSeconds: number | null;
  /** What keeps this process from serving, in words. */
  problems: string[];
  /** What is not as it should be, though it serves. */
  warnings: string[];
};

const PATIENCE_MS = 2_000;
const LONG_SECONDS = 30;

/** Whether this process may be sent work: its database is reachable and of this version, and it is not leaving. */
export async function readiness(ground: Ground, at: { expected: number; leaving: boolean }): Promise<Readiness> {
  const [migration, redis] = await Promise.all([
    answer(() => lastMigration(ground.db.lobby)),
    answer(() => ground.redis.ping()),
  ]);
  const database = migration.came;
  const migrated = migration.came && (migration.value ?? 0) >= at.expected;
  const lag = migrated ? await answer(() => worstLag(ground, stages)) : null;
  const lagSeconds = lag?.came ? Math.max(0, ...lag.value.values()) : null;
  const problems = [
    ...(at.leaving ? ['this process is stopping'] : []),
    ...(database ? [] : ['the database does not answer']),
    ...(database && !migrated ? ['the database lacks migrations of this version'] : []),
    ...(redis.came ? [] : ['Redis does not answer']),
  ];
  const warnings =
    lagSeconds !== null && lagSeconds > LONG_SECONDS
      ? [`the flow is behind: the oldest event waits for ${Math.round(lagSeconds)} s`]
      : [];
  return { ready: problems.length === 0, database, redis: redis.came, migrated, lagSeconds, problems, warnings };
}

type Came<T> = { came: true; value: T } | { came: false };

/** What was answered in time; somebody who asks whether we are ready does not wait for what hangs. */
async function answer<T>(ask: () => Promise<T>): Promise<Came<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Came<T>>((resolve) => {
    timer = setTimeout(() => resolve({ came: false }), PATIENCE_MS);
  });
  const asked = ask().then(
    (value): Came<T> => ({ came: true, value }),
    (): Came<T> => ({ came: false }),
  );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
