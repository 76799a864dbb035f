import type { Receipt } from '#contract/receipts.ts';
import type { WindowName } from '#contract/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { HOUSE, type LoggedEvent } from './catalogue.ts';
import type { Ground } from './ground.ts';
import { eventsByIdentity } from './store.ts';

/** The window that is asked for: the one that holds `at`, or a custom one; epoch ms. */
export type ReceiptWhen = {
  window: WindowName;
  at: number;
  custom?: { from: number; to: number } | undefined;
  knownAt?: number | undefined;
};

/** What is asked: a measure `noun:rest` of a subject (`person:ID`), as of a position; and by whom. */
export type ReceiptAsked<V = unknown> = {
  subject: string;
  measure: string;
  position: string;
  cursor?: string | undefined;
  limit: number;
  when: ReceiptWhen;
  viewer: V;
};

/**
 * The why of one room: writes the receipts of the measures that begin with its noun (`points:…`, `badge:…`).
 * Whether the viewer may see the subject was asked before.
 */
export type ReceiptWriter<V = unknown> = {
  noun: string;
  /** @throws Refusal missing where the subject has no such thing */
  write(ground: Ground, orgId: number, asked: ReceiptAsked<V>): Promise<Receipt>;
};

/** What the receipt of a decision does not have, unless its room says otherwise. */
export const BARE = {
  definition: null,
  target: null,
  facts: {},
  sample: null,
  interval: null,
  shrinkage: null,
  tests: [],
  exclusions: [],
  next: null,
} satisfies Partial<Receipt>;

/** Events as a receipt lists them where they caused something and add no facts. */
export const listed = (events: readonly LoggedEvent[]): Pick<Receipt, 'events' | 'eventsTotal'> => ({
  events: events.map(({ position, source, id, type, time }) => ({
    position: String(position),
    source,
    id,
    type,
    time: new Date(time).toISOString(),
    facts: {},
    corrected: false,
  })),
  eventsTotal: events.length,
});

/** The house's own events of these ids, in log order; those that are not there are missing. */
export const ownEvents = (tx: Tx, orgId: number, ids: readonly string[]): Promise<LoggedEvent[]> =>
  eventsByIdentity(
    tx,
    orgId,
    ids.map((id) => ({ source: HOUSE, id })),
  );
