import type { FactSums } from '#contract/facts.ts';
import { loadMemory, type Memory, readMemory, worldOf } from '#server/facts/context/context.ts';
import { closedBy } from '#server/facts/context/store.ts';
import type { Known } from '#server/facts/corrections.ts';
import type { Contribution } from '#server/facts/rules.ts';
import type { Whose } from '#server/facts/store.ts';
import { addFacts } from '#server/facts/turn/fold.ts';
import { bucketsOf } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { conflict } from '#server/foundation/refusals.ts';
import type { LoggedEvent, Position } from '#server/log/catalogue.ts';
import { flowPosition } from '#server/log/flow-store.ts';
import { wholeFrom } from '#server/log/sealed-past.ts';
import { lastSeal } from '#server/log/sealed-store.ts';
import { type Attributed, type Context, factsFromEvents } from './derivation.ts';
import { gathered } from './gathering.ts';

/** A window in epoch ms, and what of it: some queues and channels, some facts. */
export type About = {
  from: number;
  to: number;
  filter?: { queues?: readonly string[] | undefined; channels?: readonly string[] | undefined } | undefined;
  facts?: readonly string[] | undefined;
};

/** What was known by an instant (epoch ms) or a place in the log, which events count where not all do, and which page is wanted. */
export type Reading = {
  knownAt?: number | undefined;
  until?: Position | undefined;
  only?: ((event: LoggedEvent) => boolean) | undefined;
  cursor?: string | null | undefined;
  limit?: number | undefined;
};

export type EvidenceEvent = {
  position: Position;
  source: string;
  id: string;
  type: string;
  time: number;
  facts: FactSums;
  corrected: boolean;
};

/**
 * `facts` are the sums over all events, not only over those of the page. Where the window lies in a past that is sealed
 * there are neither: `sealed` is the instant from which on events are whole.
 */
export type Evidence = {
  facts: FactSums;
  events: EvidenceEvent[];
  total: number;
  next: string | null;
  sealed: number | null;
};

/**
 * The events behind the facts of a subject, in order of time, each with what it adds. Without `knownAt` the sums equal
 * what is stored; with it they are what was known then: events, corrections, mappings and settings recorded by then.
 */
export async function evidence(tx: Tx, orgId: number, asked: Whose & About & Reading): Promise<Evidence> {
  const sealed = await sealedOver(tx, orgId, asked);
  if (sealed !== null) return { facts: {}, events: [], total: 0, next: null, sealed };
  const found = await additions(tx, orgId, asked);
  const byEvent = new Map<Position, EvidenceEvent>();
  const facts: FactSums = {};
  for (const { event, contribution } of found) {
    const { position, source, id, type, time, corrected = false } = event;
    const entry = byEvent.get(position) ?? { position, source, id, type, time, facts: {}, corrected };
    addFacts(entry.facts, contribution.facts);
    addFacts(facts, contribution.facts);
    byEvent.set(position, entry);
  }
  const events = [...byEvent.values()].sort((a, b) => a.time - b.time || a.position - b.position);
  const start = Number(asked.cursor ?? 0) || 0;
  const end = start + (asked.limit ?? 50);
  return {
    facts,
    events: events.slice(start, end),
    total: events.length,
    next: end < events.length ? String(end) : null,
    sealed: null,
  };
}

/**
 * The single additions behind the facts of a subject in a window, for sums by bucket or person at another known time.
 * @throws Refusal conflict `sealed` where it is asked what was known of a past whose events are removed
 */
export async function derived(tx: Tx, orgId: number, asked: Whose & About & Reading): Promise<Attributed[]> {
  const sealed = asked.knownAt === undefined ? null : await sealedOver(tx, orgId, asked);
  if (sealed !== null)
    throw conflict(
      'sealed',
      `What was known of a time before ${iso(sealed)} is not told any more: its events are removed.`,
    );
  return additions(tx, orgId, asked);
}

/** From which instant on every event is there, where a window begins before it. */
async function sealedOver(tx: Tx, orgId: number, { from }: About): Promise<number | null> {
  const seal = await lastSeal(tx, orgId);
  return seal && from < wholeFrom(seal) ? wholeFrom(seal) : null;
}

const iso = (at: number): string => new Date(at).toISOString();

async function additions(tx: Tx, orgId: number, asked: Whose & About & Reading): Promise<Attributed[]> {
  const { memory, known } = await knowledge(tx, orgId, asked);
  const context: Context = { ...worldOf(memory), closedTo: memory.progress.closedTo };
  const all = await gathered({ tx, orgId, known, memory }, asked);
  const events = asked.only ? all.filter(asked.only) : all;
  const found = factsFromEvents(events, context, bucketsOf(asked));
  return found.flatMap(({ event, contribution }) => {
    const facts = wanted(contribution.facts, asked.facts);
    return facts && isWhose(contribution, asked) ? [{ event, contribution: { ...contribution, facts } }] : [];
  });
}

async function knowledge(
  tx: Tx,
  orgId: number,
  { knownAt, until }: Reading,
): Promise<{ memory: Memory; known: Known }> {
  const position = until ?? (await flowPosition(tx, orgId));
  if (knownAt === undefined) return { memory: await readMemory(tx, orgId), known: { position } };
  const memory = await loadMemory(tx, orgId, knownAt);
  memory.progress = {
    ...memory.progress,
    closedTo: await closedBy(tx, orgId, knownAt),
  };
  return { memory, known: { position, recordedAt: knownAt } };
}

function wanted(facts: FactSums, names: readonly string[] | undefined): FactSums | null {
  if (!names) return facts;
  const kept = Object.entries(facts).filter(([name]) => names.includes(name));
  return kept.length > 0 ? (Object.fromEntries(kept) as FactSums) : null;
}

function isWhose(
  { person, queue, channel }: Contribution,
  { people, queues, unowned, filter }: Whose & About,
): boolean {
  if (filter?.queues && !filter.queues.includes(queue)) return false;
  if (filter?.channels && !filter.channels.includes(channel)) return false;
  if (!people && !queues && !unowned) return true;
  return Boolean(people?.includes(person) || queues?.includes(queue) || (person === '' && unowned?.includes(queue)));
}
