import { type Changes, define, loadMemory, type Memory, worldBefore, worldOf } from '#server/facts/context/context.ts';
import { type Progress, saveClaims, saveClosings, saveProgress, saveVersions } from '#server/facts/context/store.ts';
import { deriveTime } from '#server/facts/time/turn.ts';
import { Fold } from '#server/facts/turn/fold.ts';
import { addContributions } from '#server/facts/turn/store.ts';
import { derive, remapped, type Turn } from '#server/facts/turn/turn.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { type Batch, type Consumer, touched } from '#server/log/consumer.ts';
import { type Contribution, isReferring } from './rules.ts';

/** Turns events into additive facts. What they add does not depend on their order or batching. */
export const facts: Consumer = {
  name: 'facts',
  wants: 'all',
  tables: [
    'facts',
    'facts_named',
    'facts_claims',
    'facts_queue_versions',
    'facts_progress',
    'facts_closings',
    'facts_states',
    'facts_plans',
  ],
  forget: (orgId) => void memories.delete(orgId),
  apply: async (batch, tx) => {
    const rows = await changesOf(batch, tx);
    deltas.set(batch, rows);
    const notes = touched(batch);
    for (const { person, queue } of rows) {
      if (person) notes.people.add(person);
      if (queue) notes.queues.add(queue);
    }
  },
};

/** What a batch changed, added up per person, bucket, queue and channel; negative where something was taken back. */
export const deltasOf = (batch: Batch): readonly Contribution[] => deltas.get(batch) ?? [];

const deltas = new WeakMap<Batch, Contribution[]>();
const memories = new Map<number, Memory>();

async function changesOf(batch: Batch, tx: Tx): Promise<Contribution[]> {
  const { orgId, events } = batch;
  const memory = memories.get(orgId) ?? (await loadMemory(tx, orgId));
  memories.set(orgId, memory);
  const closedBefore = memory.progress.closedTo;
  const changes = define(memory, events);
  await keep(tx, memory, { changes, batch });
  const turn: Turn = {
    tx,
    orgId,
    memory,
    changes,
    closedBefore,
    before: worldBefore(memory, changes, closedBefore),
    after: worldOf(memory),
    first: events[0]?.position ?? 0,
    last: events.at(-1)?.position ?? 0,
    fold: new Fold(),
    done: { positions: new Set(), interactions: new Set(), customers: new Set() },
    time: { dropped: [], saved: [] },
  };
  await derive(turn, events);
  await remapped(turn);
  await deriveTime(turn);
  const rows = turn.fold.total();
  await addContributions(tx, orgId, rows, turn.fold.subtracted);
  return rows;
}

async function keep(tx: Tx, memory: Memory, { changes, batch }: { changes: Changes; batch: Batch }): Promise<void> {
  const { orgId, events } = batch;
  if (changes.claims.length > 0) await saveClaims(tx, orgId, changes.claims);
  if (changes.saved.length > 0) await saveVersions(tx, orgId, changes.saved);
  const closings = events
    .map((event) => ({ closedTo: closeOf(event), recordedAt: event.recordedAt }))
    .filter((c) => c.closedTo > 0);
  if (closings.length > 0) await saveClosings(tx, orgId, closings);
  const before = memory.progress;
  const corrects = events.some((event) => event.type === 'correction');
  memory.progress = {
    closedTo: closings.reduce((most, { closedTo }) => Math.max(most, closedTo), before.closedTo),
    definedTo: [...changes.claims, ...changes.saved].reduce(
      (most, { position }) => Math.max(most, position),
      before.definedTo,
    ),
    hasCorrections: before.hasCorrections || corrects,
    hasReferences: before.hasReferences || corrects || events.some(isReferring),
  };
  if (!isSame(before, memory.progress)) await saveProgress(tx, orgId, memory.progress);
}

const isSame = (a: Progress, b: Progress): boolean =>
  a.closedTo === b.closedTo &&
  a.definedTo === b.definedTo &&
  a.hasCorrections === b.hasCorrections &&
  a.hasReferences === b.hasReferences;

/** The end of the bucket that an event closes, epoch ms; 0 for any other event. */
function closeOf({ type, data }: LoggedEvent): number {
  if (type !== 'window.closed' || data.window !== 'bucket') return 0;
  return typeof data.to === 'number' ? data.to : Date.parse(data.to as string) || 0;
}
