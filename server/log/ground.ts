import type { Redis } from 'ioredis';
import type { Clock } from '#server/foundation/clock.ts';
import type { Config } from '#server/foundation/config.ts';
import type { Db, Tx } from '#server/foundation/db.ts';
import { type Appended, append } from './append.ts';
import { openBehind } from './behind.ts';
import { type Bell, openBell } from './bell.ts';
import type { NewEvent, Position } from './catalogue.ts';
import { flowPosition } from './flow-store.ts';
import { type Fresh, keepFresh } from './fresh.ts';
import { groupCommit } from './group-commit.ts';
import { openReflection, type Reflection } from './reflected.ts';
import { sealedBefore } from './sealed-store.ts';

/** What every room stands on: the database, Redis, the clock, the configuration and the log. */
export type Ground = { db: Db; redis: Redis; clock: Clock; config: Config; log: EventLog };

export type Append = (events: NewEvent[]) => Promise<Appended>;

export type EventLog = {
  /** Events from the door, gathered with those of other callers; settled after the commit. */
  submit(orgId: number, events: NewEvent[]): Promise<Appended>;
  /** A command: loads, decides, saves and appends in one transaction; the flow hears of it after the commit. */
  command<T>(orgId: number, work: (tx: Tx, append: Append) => Promise<T>): Promise<T>;
  /** Waits until a position is reflected, at most 5 s, else refused as busy. */
  reflected(orgId: number, after: Position): Promise<void>;
  /** What is reflected now. */
  position(orgId: number): Promise<Position>;
  /** Before which instant (epoch ms) nothing is taken any more; null where everything is. Some seconds old at most. */
  sealedBefore(orgId: number): Promise<number | null>;
  reflection: Reflection;
  /** What came in at this process's door, for the flow that it turns itself; nothing where it turns none. */
  fresh: Fresh | undefined;
  bell: Bell;
  /** Rows that wait for the log, as a share of what may wait. */
  waiting(): number;
  /** How far the figures are behind what this process has written, ms; 0 where the flow stands. */
  behindMs(): number;
  drain(): Promise<void>;
};

/** @param turns whether this process turns the flow itself */
export function openLog(db: Db, clock: Clock, turns: boolean): EventLog {
  const bell = openBell(db, turns);
  const reflection = openReflection((orgId) => flowPosition(db.of(orgId), orgId));
  const fresh = turns ? keepFresh() : undefined;
  const behind = openBehind(reflection);
  const wrote = (orgId: number, appended: Appended): Appended => {
    behind.wrote(orgId, appended.position);
    return appended;
  };
  const door = groupCommit(db, clock, (orgId, events) => {
    fresh?.keep(orgId, events);
    bell.ring(orgId);
  });
  return {
    submit: async (orgId, events) => wrote(orgId, await door.submit(orgId, events)),
    command: async (orgId, work) => {
      const result = await db
        .of(orgId)
        .transaction((tx) => work(tx, (events) => append(tx, { orgId, now: clock.now() }, events)));
      bell.ring(orgId);
      return result;
    },
    reflected: reflection.wait,
    sealedBefore: remembered(clock, (orgId) => sealedBefore(db.of(orgId), orgId)),
    position: async (orgId) => reflection.at(orgId) || flowPosition(db.of(orgId), orgId),
    reflection,
    fresh,
    bell,
    waiting: door.waiting,
    behindMs: behind.ms,
    drain: door.drain,
  };
}

/** How long a seal that is announced may be unknown to a process: the seal waits for longer before it removes anything. */
export const KNOWN_MS = 5_000;

function remembered<T>(clock: Clock, ask: (orgId: number) => Promise<T>): (orgId: number) => Promise<T> {
  const known = new Map<number, { at: number; value: T }>();
  return async (orgId) => {
    const last = known.get(orgId);
    const at = clock.now();
    if (last && at >= last.at && at - last.at < KNOWN_MS) return last.value;
    const value = await ask(orgId);
    known.set(orgId, { at, value });
    return value;
  };
}
