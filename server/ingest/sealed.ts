import type { Rejection } from '#contract/events.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { NewEvent } from '#server/log/catalogue.ts';
import { removedAmong, removedInteractions } from '#server/log/sealed-store.ts';
import { eventsByIdentity } from '#server/log/store.ts';

/** The good events of a call with their places in it, and what was refused. */
export type Judged = { events: NewEvent[]; places: number[]; rejected: Rejection[] };

type Identity = { source: string; id: string };
/** What the log knows of what some events are about. */
export type Past = {
  /** The instant (epoch ms) before which nothing is taken any more. */
  before: number;
  /** Events and interactions that are removed. */
  removed: ReadonlySet<string>;
  interactions: ReadonlySet<string>;
  /** The first instant of what corrections are about, as far as it is in the log. */
  targets: ReadonlyMap<string, number>;
};

/**
 * Sets apart what concerns a past that is sealed. Of that, what the log knows or knew is a duplicate; the rest is refused.
 * @param before the instant (epoch ms) before which nothing is taken any more
 * @returns what goes on to the log, and the places of duplicates
 */
export async function openOnly(
  tx: Tx,
  orgId: number,
  { judged, before }: { judged: Judged; before: number },
): Promise<Judged & { known: number[] }> {
  const past = await pastOf(tx, orgId, { events: judged.events, before });
  const why = judged.events.map((event) => sealedBy(event, past));
  const sealed = judged.events.filter((_, at) => why[at]);
  if (sealed.length === 0) return { ...judged, known: [] };
  const there = [...(await eventsByIdentity(tx, orgId, sealed)), ...(await removedAmong(tx, orgId, sealed))];
  const identities = new Set(there.map(keyOf));
  const result: Judged & { known: number[] } = { events: [], places: [], rejected: [...judged.rejected], known: [] };
  for (const [at, event] of judged.events.entries()) {
    const index = judged.places[at] as number;
    const message = why[at];
    if (!message) {
      result.events.push(event);
      result.places.push(index);
    } else if (identities.has(keyOf(event))) result.known.push(index);
    else result.rejected.push({ index, id: event.id, code: 'sealed', message });
  }
  result.rejected.sort((a, b) => a.index - b.index);
  return result;
}

/** Why an event is not taken, null where it is: it tells of a sealed time, or is about what is sealed. */
export function sealedBy(event: NewEvent, { before, removed, interactions, targets }: Past): string | null {
  const what = `what lies before ${new Date(before).toISOString()} is sealed`;
  const { of } = event.data as { of?: Identity };
  if (event.type === 'correction' && of) {
    if (removed.has(keyOf(of)) || (targets.get(keyOf(of)) ?? before) < before) return `data.of: ${what}`;
    if (earliest(event.replacement?.data) < before) return `data.data: ${what}`;
  } else if (Math.min(event.time, earliest(event.data)) < before) return what;
  const interaction = namedBy(event);
  return interaction && interactions.has(interaction) ? `interactionId: ${what}` : null;
}

/** The first of the instants that choose where content counts, epoch ms; without end where it has none. */
export function earliest(data: Record<string, unknown> | undefined): number {
  if (!data) return Infinity;
  const activities = Array.isArray(data.activities) ? (data.activities as { from: string }[]) : [];
  const told = [data.offeredAt, data.answeredAt, data.endedAt, data.from, ...activities.map(({ from }) => from)];
  return Math.min(...told.map((at) => (typeof at === 'string' ? Date.parse(at) : Infinity)));
}

/** Types that belong to the time of the interaction that they name. */
const BELONGING: readonly string[] = ['survey.answered', 'evaluation.completed', 'conversation.analyzed'];

/** The interaction to whose time an event, or what a correction puts in place, belongs. A contact brings its own. */
function namedBy({ type, interaction = null, replacement }: NewEvent): string | null {
  if (replacement) return 'endedAt' in replacement.data ? null : (replacement.interaction ?? null);
  return BELONGING.includes(type) ? interaction : null;
}

async function pastOf(
  tx: Tx,
  orgId: number,
  { events, before }: { events: readonly NewEvent[]; before: number },
): Promise<Past> {
  const about = events.flatMap(({ type, data }) => (type === 'correction' ? [data.of as Identity] : []));
  const named = [...new Set(events.flatMap((event) => namedBy(event) ?? []))];
  const found = about.length > 0 ? await eventsByIdentity(tx, orgId, about) : [];
  const removed = about.length > 0 ? await removedAmong(tx, orgId, about) : [];
  return {
    before,
    removed: new Set(removed.map(keyOf)),
    interactions: new Set(named.length > 0 ? await removedInteractions(tx, orgId, named) : []),
    targets: new Map(found.map((event) => [keyOf(event), firstOf(event)])),
  };
}

/** A correction has no time of its own in which it counts. */
const firstOf = ({ type, time, data }: { type: string; time: number; data: Record<string, unknown> }): number =>
  type === 'correction' ? Infinity : Math.min(time, earliest(data));

const keyOf = ({ source, id }: Identity): string => `${source}\u0001${id}`;
