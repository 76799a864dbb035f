import type { Logger } from 'pino';
import type { Clock } from '#server/foundation/clock.ts';
import type { Db } from '#server/foundation/db.ts';
import { reasonOf } from '#server/foundation/logging.ts';
import { isOutage } from '#server/foundation/outage.ts';
import type { LoggedEvent, Position } from './catalogue.ts';
import { type Batch, type Consumer, endsBatch, type Projection, type Touched, touched } from './consumer.ts';
import { advance, giveLease, type Lease, renewLease, takeLease } from './flow-store.ts';
import type { Fresh } from './fresh.ts';
import { batchEvents, batchSeconds, laidAside } from './metrics.ts';
import { turnPages } from './pages.ts';
import { deadLetter, eventsAfter, transactionsAfter } from './store.ts';

export const LEASE_MS = 10_000;
const SMALLEST = 256;
const LARGEST = 4_096;
/** Nobody waits for the first of a page when the log is only told again. */
const LARGEST_AGAIN = 16_384;
const TRANSACTIONS = 16;

export type Flow = {
  db: Db;
  clock: Clock;
  log: Logger;
  holder: string;
  consumers: readonly Consumer[];
  projections: readonly Projection[];
  /** What this process wrote itself a moment ago. */
  fresh?: Fresh | undefined;
  /** Whether the log is only told again, for a rebuild. */
  replay?: boolean;
  /** Told after each commit, when the projections are written. */
  committed(orgId: number, notes: Touched): Promise<void>;
};

class LeaseLost extends Error {}

/** One organisation's flow: takes the lease, then turns as long as there is something, in batches that grow with the backlog. */
export class Runner {
  readonly orgId: number;
  private readonly flow: Flow;
  private lease: Lease | null = null;
  private size = SMALLEST;
  private refill = true;
  private until: Position | undefined;
  private halted = false;
  private readonly read: ReturnType<typeof turnPages>;

  constructor(flow: Flow, orgId: number) {
    this.flow = flow;
    this.orgId = orgId;
    this.read = turnPages((after, page) => eventsAfter(flow.db.of(orgId), orgId, after, page), this.larger);
  }

  /** Processes everything that is committed by now, or up to a position. @returns false while another process holds the lease */
  async turn(until?: Position): Promise<boolean> {
    this.until = until;
    if (!(await this.hold())) return false;
    try {
      while (!this.halted && (await this.batch())) {}
    } catch (error) {
      this.forget();
      if (error instanceof LeaseLost) {
        this.flow.log.warn({ orgId: this.orgId }, 'another process turns this flow: a stale write was refused');
        return false;
      }
      throw error;
    }
    if (this.refill || !(await this.held())) await this.fill();
    return true;
  }

  /** Keeps the lease while idle. */
  async renew(): Promise<void> {
    if (!this.lease || (await renewLease(this.flow.db.of(this.orgId), this.lease, LEASE_MS))) return;
    this.flow.log.warn({ orgId: this.orgId }, 'another process turns this flow: the lease was not renewed');
    this.forget();
  }

  /** Ends the turn after the batch that is under way, whatever is still to do. */
  halt(): void {
    this.halted = true;
  }

  /** Gives the lease back. */
  async stop(): Promise<void> {
    if (this.lease) await giveLease(this.flow.db.of(this.orgId), this.lease).catch(() => {});
    this.forget();
  }

  private async hold(): Promise<boolean> {
    this.lease ??= await takeLease(this.flow.db.of(this.orgId), this.orgId, { name: this.flow.holder, ms: LEASE_MS });
    return this.lease !== null;
  }

  /** One batch; false when there was nothing. */
  private async batch(): Promise<boolean> {
    const lease = this.lease as Lease;
    const events =
      (await this.handedOn(lease.position)) ??
      (await this.read(lease.position, { most: this.size, until: this.until }));
    if (events.length === 0) return false;
    this.size = events.length >= this.size ? this.larger(this.size) : Math.max(SMALLEST, Math.ceil(this.size / 2));
    for (const part of cut(events)) await this.pass(part);
    return true;
  }

  private readonly larger = (size: number): number => Math.min(size * 2, this.flow.replay ? LARGEST_AGAIN : LARGEST);

  /** What comes next, where this process wrote it itself: the log is asked for no more than the order. */
  private async handedOn(after: Position): Promise<LoggedEvent[] | null> {
    const { db, fresh } = this.flow;
    if (this.until !== undefined || !fresh?.reaches(this.orgId, after)) return null;
    const transactions = await transactionsAfter(db.of(this.orgId), this.orgId, after, TRANSACTIONS);
    const events = fresh.after(this.orgId, after, { transactions, wanted: this.size });
    return events.length > 0 || transactions.length === 0 ? events : null;
  }

  private async pass(events: LoggedEvent[]): Promise<void> {
    const { clock, replay = false } = this.flow;
    const batch: Batch = { orgId: this.orgId, events, now: clock.now(), replay };
    const started = performance.now();
    try {
      await this.commit(batch);
      batchSeconds.observe((performance.now() - started) / 1000);
      batchEvents.observe(events.length);
    } catch (error) {
      if (error instanceof LeaseLost || isOutage(error)) throw error;
      await this.narrow(events, error as Error);
      return;
    }
    await this.project(batch);
  }

  private async commit(batch: Batch): Promise<void> {
    const lease = this.lease as Lease;
    const position = (batch.events.at(-1) as LoggedEvent).position;
    await this.flow.db.of(this.orgId).transaction(async (tx) => {
      if (!(await advance(tx, lease, { position, ms: LEASE_MS }))) throw new LeaseLost();
      for (const consumer of this.flow.consumers) {
        try {
          await consumer.apply(batch, tx);
        } catch (error) {
          throw Object.assign(error as Error, { consumer: consumer.name });
        }
      }
    });
    this.lease = { ...lease, position };
  }

  /** Something in these events cannot be taken: halve until it stands alone, and lay that one aside with its reason. */
  private async narrow(events: LoggedEvent[], error: Error & { consumer?: string }): Promise<void> {
    for (const consumer of this.flow.consumers) consumer.forget(this.orgId);
    if (events.length > 1) {
      const half = Math.ceil(events.length / 2);
      await this.pass(events.slice(0, half));
      await this.pass(events.slice(half));
      return;
    }
    const { position } = events[0] as LoggedEvent;
    this.flow.log.error({ err: error, position, consumer: error.consumer }, 'an event was laid aside');
    laidAside.inc({ consumer: error.consumer ?? 'flow' });
    const lease = this.lease as Lease;
    await this.flow.db.of(this.orgId).transaction(async (tx) => {
      if (!(await advance(tx, lease, { position, ms: LEASE_MS }))) throw new LeaseLost();
      await deadLetter(tx, {
        orgId: this.orgId,
        position,
        consumer: error.consumer ?? 'flow',
        reason: reasonOf(error),
        now: this.flow.clock.now(),
      });
    });
    this.lease = { ...lease, position };
  }

  /** Redis after the commit; whatever it missed is filled in later from the database. */
  private async project(batch: Batch): Promise<void> {
    const notes = touched(batch);
    if (!this.refill) {
      try {
        for (const projection of this.flow.projections)
          if ((await projection.project(batch)) === 'refill') this.refill = true;
      } catch (error) {
        this.refill = true;
        this.flow.log.warn({ err: error }, 'the live projection is behind and will be filled again');
      }
    }
    await this.flow.committed(this.orgId, notes).catch(() => {});
  }

  /** Whether Redis still holds what was written; nobody else would notice that it was emptied while nothing happens. */
  private async held(): Promise<boolean> {
    for (const { holds } of this.flow.projections) if (holds && !(await holds(this.orgId))) return false;
    return true;
  }

  private async fill(): Promise<void> {
    this.refill = true;

    const position = this.lease?.position ?? 0;
    for (const projection of this.flow.projections)
      await projection.refill(this.orgId, { position, now: this.flow.clock.now() });
    this.refill = false;
    await this.flow.committed(this.orgId, {
      position,
      people: new Set(),
      queues: new Set(),
      sources: new Set(),
      devices: new Set(),
      definitions: true,
    });
  }

  private forget(): void {
    this.lease = null;
    this.refill = true;
    for (const consumer of this.flow.consumers) consumer.forget(this.orgId);
    for (const projection of this.flow.projections) projection.forget(this.orgId);
  }
}

/** The events in parts, each of which ends where a window closes. */
function cut(events: LoggedEvent[]): LoggedEvent[][] {
  const parts: LoggedEvent[][] = [];
  let from = 0;
  events.forEach((event, at) => {
    if (!endsBatch(event)) return;
    parts.push(events.slice(from, at + 1));
    from = at + 1;
  });
  return from < events.length ? [...parts, events.slice(from)] : parts;
}
