import type { Tx } from '#server/foundation/db.ts';
import { wordsOn } from '#server/game/points/chains.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { ownEvents } from '#server/log/receipt.ts';

/**
 * What the log says of one tier in one period: how often it was earned, the word that stands unless it was withdrawn, when
 * it was withdrawn last, and how many of its points the house bears because they had been spent.
 */
export type Hold = { said: LoggedEvent[]; standing: LoggedEvent | null; withdrawn: LoggedEvent | null; borne: number };

/** The id of the event that withdraws what an event said to be earned. */
export const withdrawnId = (earned: string): string => `withdrawn:${earned}`;

/** What stands of some badges, by the id under which each is earned the first time. */
export async function holdsOf(tx: Tx, orgId: number, bases: readonly string[]): Promise<ReadonlyMap<string, Hold>> {
  const words = await wordsOn(tx, orgId, bases);
  const earned = [...words.values()].flat();
  const taken =
    earned.length > 0
      ? await ownEvents(
          tx,
          orgId,
          earned.map(({ id }) => withdrawnId(id)),
        )
      : [];
  const byId = new Map(taken.map((event) => [event.id, event]));
  return new Map([...words].map(([base, said]) => [base, holdOf(said, byId)]));
}

function holdOf(said: LoggedEvent[], taken: ReadonlyMap<string, LoggedEvent>): Hold {
  const withdrawals = said.flatMap(({ id }) => taken.get(withdrawnId(id)) ?? []);
  const last = said.at(-1) ?? null;
  const sum = (events: readonly LoggedEvent[], name: string) =>
    events.reduce((total, { data }) => total + Number(data[name] ?? 0), 0);
  return {
    said,
    standing: last && !taken.has(withdrawnId(last.id)) ? last : null,
    withdrawn: withdrawals.at(-1) ?? null,
    borne: sum(withdrawals, 'writtenOff') - sum(said, 'recovered'),
  };
}
