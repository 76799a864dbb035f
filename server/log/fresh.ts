import type { LoggedEvent, Position } from './catalogue.ts';
import { transactionOf } from './position.ts';

const MOST_KEPT = 20_000;

type Group = { transaction: number; events: LoggedEvent[] };

/** What this process wrote a moment ago, each transaction whole, so that its own flow need not read it again. */
export type Fresh = {
  /** Keeps the events of one committed transaction, in log order. What finds no room is read from the log later. */
  keep(orgId: number, events: LoggedEvent[]): void;
  /** Whether anything after a position is kept; what lies before it is dropped, the flow never goes back. */
  reaches(orgId: number, after: Position): boolean;
  /**
   * The events after a position, as long as whole transactions are kept.
   * @param of the transactions that the log holds there, in order, and how many events are wanted at least
   * @returns nothing when the first of them was written elsewhere
   */
  after(orgId: number, after: Position, of: { transactions: number[]; wanted: number }): LoggedEvent[];
};

export function keepFresh(most = MOST_KEPT): Fresh {
  const kept = new Map<number, { groups: Map<number, Group>; events: number }>();

  const drop = (orgId: number, until: Position): void => {
    const own = kept.get(orgId);
    if (!own) return;
    for (const { transaction, events } of own.groups.values()) {
      if ((events.at(-1)?.position ?? 0) > until) continue;
      own.groups.delete(transaction);
      own.events -= events.length;
    }
    if (own.events === 0) kept.delete(orgId);
  };

  return {
    keep: (orgId, events) => {
      const [first] = events;
      const own = kept.get(orgId) ?? { groups: new Map<number, Group>(), events: 0 };
      if (!first || own.events + events.length > most) return;
      const transaction = transactionOf(first.position);
      own.groups.set(transaction, { transaction, events });
      own.events += events.length;
      kept.set(orgId, own);
    },
    reaches: (orgId, after) => {
      drop(orgId, after);
      return kept.has(orgId);
    },
    after: (orgId, after, { transactions, wanted }) => {
      const found: LoggedEvent[] = [];
      for (const transaction of transactions) {
        const group = kept.get(orgId)?.groups.get(transaction);
        if (!group || found.length >= wanted) break;
        for (const event of group.events) if (event.position > after) found.push(event);
      }
      return found;
    },
  };
}
