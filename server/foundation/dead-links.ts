import pg from 'pg';

const LOOK_MS = 1_000;
/** A statement that takes so long is asked about: is it worked on, or has the line died without a word? */
const ASK_MS = 6_000;
const PROBE_MS = 2_000;

/** A connection that knows since when (ms, of a clock that never goes back) it waits for an answer. */
export class TimedClient extends pg.Client {
  since: number | null = null;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('drain', () => {
      this.since = null;
    });
  }

  // the driver's own takes many forms, and all of them pass through here
  // biome-ignore lint/suspicious/noExplicitAny: see above
  override query(...given: any[]): any {
    this.since ??= performance.now();
    return (super.query as (...args: unknown[]) => unknown)(...given);
  }
}

/**
 * Cuts connections of a pool whose line is dead though nobody was told (half-open): whoever waits there hears of it, and
 * the next statement takes another connection. One whose statement the server is working on is left alone, however long.
 * @returns how to stop
 */
export function cutDeadLinks(pool: pg.Pool, url: string): () => void {
  const links = new Set<TimedClient>();
  let looking = false;
  const look = async (): Promise<void> => {
    const late = [...links].flatMap((link) => (isLate(link) ? [{ link, since: link.since }] : []));
    if (looking || late.length === 0) return;
    looking = true;
    const works = await workingOf(
      url,
      late.map(({ link }) => pidOf(link)),
    );
    looking = false;
    for (const { link, since } of late) if (link.since === since && !works(pidOf(link))) cut(link);
  };
  pool.on('connect', (link) => void links.add(link as unknown as TimedClient));
  pool.on('remove', (link) => void links.delete(link as unknown as TimedClient));
  const timer = setInterval(() => void look(), LOOK_MS).unref();
  return () => clearInterval(timer);
}

const isLate = ({ since }: TimedClient): boolean => since !== null && performance.now() - since > ASK_MS;

/** Which of some backends work on a statement, asked over a line of its own; none when nobody answers there either. */
async function workingOf(url: string, pids: number[]): Promise<(pid: number) => boolean> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_MS,
    query_timeout: PROBE_MS,
    application_name: 'floorlight links',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_stat_activity where pid = any($1::int[]) and state = 'active'",
      [pids],
    );
    const working = new Set(rows.map((row) => row.pid));
    return (pid) => working.has(pid);
  } catch (error) {
    // no seat is free: the server lives
    return () => (error as { code?: string }).code === TOO_MANY;
  } finally {
    void client.end().catch(() => {});
  }
}

const TOO_MANY = '53300';

type Inner = { processID: number; connection: { stream: { destroy(error: Error): void } } };
const pidOf = (link: TimedClient): number => (link as unknown as Inner).processID;
const cut = (link: TimedClient): void =>
  (link as unknown as Inner).connection.stream.destroy(new Error('Connection terminated: the line is dead'));
