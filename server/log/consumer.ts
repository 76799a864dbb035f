import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent, Position } from './catalogue.ts';

/** Some events of one organisation in log order, passed through all consumers in one transaction. */
export type Batch = {
  orgId: number;
  events: LoggedEvent[];
  now: number;
  /** Whether the log is only told again: whoever decides and appends does nothing, the decisions are in the log. */
  replay: boolean;
};

/**
 * Whether a batch ends with this event: when a window closes, everything before is applied and nothing after,
 * so that what is decided at a closing does not depend on how the log was cut.
 */
export const endsBatch = (event: LoggedEvent): boolean =>
  event.type === 'window.closed' && event.data.window !== 'bucket';

/** A letterbox of a room. `apply` is safe to run twice and gives the same rows in any batching. */
export type Consumer = {
  name: string;
  wants: readonly string[] | 'all';
  apply(batch: Batch, tx: Tx): Promise<void>;
  /** Drops whatever is remembered: after a rollback, a lost lease or a rebuild. */
  forget(orgId: number): void;
  /** Derived tables of the room, for rebuild and its hashes. */
  tables: readonly string[];
};

/** What a batch changed, by name; told to the projections after the commit and to every gateway. */
export type Touched = {
  position: Position;
  people: Set<string>;
  queues: Set<string>;
  sources: Set<string>;
  /** Screens whose name, scope or scenes changed. */
  devices: Set<string>;
  /** Definitions or people changed: whatever is derived from them at reading is to be looked at anew. */
  definitions: boolean;
};

const touchedBy = new WeakMap<Batch, Touched>();

/** The notes of a batch, to be added to by its consumers. */
export function touched(batch: Batch): Touched {
  let notes = touchedBy.get(batch);
  if (!notes) {
    const last = batch.events[batch.events.length - 1];
    notes = {
      position: last?.position ?? 0,
      people: new Set(),
      queues: new Set(),
      sources: new Set(),
      devices: new Set(),
      definitions: false,
    };
    touchedBy.set(batch, notes);
  }
  return notes;
}

/** What a room writes to Redis after the commit, in absolute values. `refill` makes it whole from the database. */
export type Projection = {
  name: string;
  /** @returns `refill` where the batch cannot be added to what is there */
  project(batch: Batch): Promise<'done' | 'refill'>;
  refill(orgId: number, at: { position: Position; now: number }): Promise<void>;
  /** Whether Redis still holds what was written last. */
  holds?(orgId: number): Promise<boolean>;
  forget(orgId: number): void;
};
