import type { Clock } from '#server/foundation/clock.ts';
import type { Db, Tx } from '#server/foundation/db.ts';
import { isOutage } from '#server/foundation/outage.ts';
import { busy } from '#server/foundation/refusals.ts';
import { type Appended, append, type Written } from './append.ts';
import type { NewEvent } from './catalogue.ts';
import { commitRows, commitSeconds } from './metrics.ts';

const ROWS_AT_ONCE = 2_000;
const ROWS_WAITING = 30_000;
const CONNECTIONS = 2;

type Waiting = { events: NewEvent[]; resolve: (appended: Appended) => void; reject: (error: unknown) => void };
type Line = { waiting: Waiting[]; rows: number; busy: number };

export type GroupCommit = {
  /** Events of one caller; settled after the commit that holds them. Refused as busy when too many rows wait already. */
  submit(orgId: number, events: NewEvent[]): Promise<Appended>;
  /** Rows that wait, as a share of what may: of the organisation that has most. */
  waiting(): number;
  /** Settled when nothing waits any more. */
  drain(): Promise<void>;
};

/**
 * Gathers what callers submit at the same time into one statement: while two connections write, the rest collects,
 * so the batches grow with the load and an idle house answers at once.
 */
export function groupCommit(
  db: Db,
  clock: Clock,
  committed: (orgId: number, events: Written['events']) => void,
): GroupCommit {
  const lines = new Map<number, Line>();
  const idle: (() => void)[] = [];

  const pump = (orgId: number, line: Line): void => {
    while (line.busy < CONNECTIONS && line.waiting.length > 0) {
      line.busy++;
      void write(orgId, takeFrom(line)).finally(() => {
        line.busy--;
        pump(orgId, line);
        if (line.busy === 0 && line.waiting.length === 0) {
          lines.delete(orgId);
          if (lines.size === 0) for (const done of idle.splice(0)) done();
        }
      });
    }
  };

  const write = async (orgId: number, group: Waiting[]): Promise<void> => {
    const started = performance.now();
    try {
      const appended = await append(
        alone(db.of(orgId)),
        { orgId, now: clock.now() },
        group.flatMap((w) => w.events),
      );
      commitSeconds.observe((performance.now() - started) / 1000);
      commitRows.observe(appended.events.length);
      committed(orgId, appended.events);
      share(group, appended);
    } catch (error) {
      // a server that is away is away for all of them, and each would wait for it in turn
      if (group.length === 1 || isOutage(error)) for (const one of group) one.reject(error);
      // one caller's bad row must not fail the others
      else for (const one of group) await write(orgId, [one]);
    }
  };

  return {
    submit: (orgId, events) =>
      new Promise((resolve, reject) => {
        const line = lines.get(orgId) ?? { waiting: [], rows: 0, busy: 0 };
        if (line.rows + events.length > ROWS_WAITING)
          return reject(busy('More events are waiting than the log can take right now.'));
        lines.set(orgId, line);
        line.rows += events.length;
        line.waiting.push({ events, resolve, reject });
        queueMicrotask(() => pump(orgId, line));
      }),
    waiting: () => Math.max(0, ...[...lines.values()].map(({ rows }) => rows / ROWS_WAITING)),
    drain: () => new Promise((resolve) => (lines.size === 0 ? resolve() : idle.push(resolve))),
  };
}

/** One statement is a transaction of its own, without the round trips of begin and commit. */
const alone = ({ rows, once }: Tx): Tx => ({ rows, once });

function takeFrom(line: Line): Waiting[] {
  const group: Waiting[] = [];
  let rows = 0;
  while (
    line.waiting.length > 0 &&
    (group.length === 0 || rows + (line.waiting[0]?.events.length ?? 0) <= ROWS_AT_ONCE)
  ) {
    const next = line.waiting.shift() as Waiting;
    rows += next.events.length;
    group.push(next);
  }
  line.rows -= rows;
  return group;
}

function share(group: Waiting[], appended: Appended): void {
  let from = 0;
  for (const { events, resolve } of group) {
    resolve({ accepted: appended.accepted.slice(from, from + events.length), position: appended.position });
    from += events.length;
  }
}
