import type { Tx } from '#server/foundation/db.ts';
import type { Position } from './catalogue.ts';
import { flowPosition } from './flow-store.ts';
import { type Rebuild, rebuild } from './rebuilding.ts';
import { noteRemovable, type Removable, removeNoted } from './removal-store.ts';
import { closedBefore } from './sealed-past.ts';
import { lastSeal } from './sealed-store.ts';
import { announce, keepSealed, withdraw } from './sealing-store.ts';

export type Sealing = Omit<Rebuild, 'verify' | 'near' | 'equal'> & {
  /** Events of sources from before this instant (epoch ms) are removed. */
  cut: number;
  /** Waits until every process knows what was announced. */
  settled(): Promise<void>;
  /** Writes down that it was done, in the transaction that does it. */
  entered(tx: Tx): Promise<void>;
};
/** `position` is null where nothing was sealed: nothing was to do, or something differs. */
export type Sealed = Removable & {
  cut: number;
  before: number;
  position: Position | null;
  seconds: number;
  differences: string[];
};

/**
 * Removes the old events of an organisation and keeps what was derived from them. First everything is derived again and
 * compared: what is not what the log says is not sealed. Then it is announced, and in one transaction, while the flow is
 * held, the derived tables are kept, and the events removed. Whatever breaks off leaves all of it undone.
 */
export async function sealPast(plan: Sealing, orgId: number): Promise<Sealed> {
  const started = performance.now();
  const { cut } = plan;
  const live = plan.live.of(orgId);
  const before = closedBefore(cut);
  let found = await wouldRemove(plan, orgId);
  let position: Position | null = null;
  const about = () => ({ ...found, cut, before, position, seconds: (performance.now() - started) / 1000 });
  if (found.removed === 0) return { ...about(), differences: [] };
  const tables = [...plan.consumers.flatMap((consumer) => consumer.tables), 'dead_letters'];
  const { differences } = await rebuild(
    {
      ...plan,
      verify: true,
      near: async () => {
        await announce(live, orgId, { cut, before });
        await plan.settled();
      },
      equal: async (tx, at) => {
        found = await noteRemovable(tx, orgId, { cut, position: at });
        await removeNoted(tx, orgId);
        const seal = { cut, before, position: at };
        await keepSealed(tx, orgId, { seal, removed: found.removed, now: plan.clock.now(), tables });
        await plan.entered(tx);
        position = at;
      },
    },
    orgId,
  ).finally(() => withdraw(live, orgId));
  return { ...about(), differences };
}

/** What a seal would remove by now. */
export async function wouldRemove({ live, cut }: Pick<Sealing, 'live' | 'cut'>, orgId: number): Promise<Removable> {
  const own = live.of(orgId);
  const last = await lastSeal(own, orgId);
  if (last && last.cut >= cut) return { old: 0, removed: 0 };
  const position = await flowPosition(own, orgId);
  return own.transaction((tx) => noteRemovable(tx, orgId, { cut, position }));
}
