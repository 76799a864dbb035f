import { LIMITS } from '#contract/limits.ts';
import { busy } from '#server/foundation/refusals.ts';
import type { Position } from './catalogue.ts';

/** What the flow has committed and projected, as far as this process has heard. */
export type Reflection = {
  /** Notes a position that was told by the flow. */
  note(orgId: number, position: Position): void;
  /** The newest position heard of; 0 when none was yet. */
  at(orgId: number): Position;
  /**
   * Waits until `after` is reflected.
   * @throws Refusal busy after 5 s, or where too many wait already
   */
  wait(orgId: number, after: Position): Promise<void>;
};

const MOST_WAITING = 5_000;
const LOOK_MS = 1_000;

/** @param ask looks into the database, for positions committed before this process began to listen */
export function openReflection(ask: (orgId: number) => Promise<Position>): Reflection {
  const positions = new Map<number, Position>();
  const waiting = new Set<{ orgId: number; after: Position; done: () => void }>();
  const at = (orgId: number) => positions.get(orgId) ?? 0;
  const note = (orgId: number, position: Position): void => {
    if (position <= at(orgId)) return;
    positions.set(orgId, position);
    for (const one of waiting) if (one.orgId === orgId && one.after <= position) one.done();
  };
  let looking: NodeJS.Timeout | undefined;
  // what the flow tells goes through Redis, which may be away: those who wait look by themselves, one for all
  const look = (): void => {
    for (const orgId of new Set([...waiting].map((one) => one.orgId)))
      void ask(orgId)
        .then((position) => note(orgId, position))
        .catch(() => {});
  };
  return {
    note,
    at,
    wait: async (orgId, after) => {
      if (at(orgId) >= after) return;
      note(orgId, await ask(orgId));
      if (at(orgId) >= after) return;
      if (waiting.size >= MOST_WAITING) throw busy('Too many wait for a position already.');
      await new Promise<void>((resolve, reject) => {
        const one = { orgId, after, done: () => finish(resolve) };
        const timer = setTimeout(
          () => finish(() => reject(busy(`Position ${after} is not reflected yet.`))),
          LIMITS.waitMs,
        );
        const finish = (settle: () => void): void => {
          clearTimeout(timer);
          waiting.delete(one);
          if (waiting.size === 0) clearInterval(looking);
          settle();
        };
        if (waiting.size === 0) looking = setInterval(look, LOOK_MS);
        waiting.add(one);
      });
    },
  };
}
