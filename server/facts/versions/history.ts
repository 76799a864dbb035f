import type { Version } from '#contract/definitions.ts';
import type { Ground } from '#server/log/ground.ts';
import { actorNames } from '#server/people/audit/views.ts';
import { toldInstant } from './page.ts';
import { timeline, type Versioned } from './rules.ts';
import type { VersionRow } from './store.ts';

/** When a version became known and who said it; null both for the house's own. */
export type Known = { knownAt: number | null; saidBy: string | null };

/** What is kept of a version beside its content. */
export const knownOf = ({ knownAt, saidBy }: VersionRow<unknown>): Known => ({ knownAt, saidBy });
export const KNOWN_FROM_EVER: Known = { knownAt: null, saidBy: null };

/** The versions of one definition in the order in which they hold, with who said each and until when it holds. */
export async function toldVersions<Own extends Versioned & Known, Item>(
  { db }: Pick<Ground, 'db'>,
  orgId: number,
  { versions, told }: { versions: readonly Own[]; told: (version: Own) => Item },
): Promise<Version<Item>[]> {
  const nameOf = await actorNames(db.of(orgId), orgId);
  return timeline(versions).map((version) => ({
    ...told(version),
    saidAt: toldInstant(version.knownAt),
    by: version.saidBy === null ? null : nameOf(version.saidBy),
    until: toldInstant(version.until),
  }));
}
