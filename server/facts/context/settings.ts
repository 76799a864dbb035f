import { QUEUE_DEFAULTS, type QueueSettings } from '#server/facts/rules.ts';
import { ALWAYS } from './ownership.ts';

/** How a queue was set from an instant (epoch ms) on. */
export type Version = QueueSettings & { queue: string; from: number; position: number; recordedAt: number };

/** The settings in force at an instant; the defaults while nobody has saved the queue. */
export function settingsAt(versions: readonly Version[] | undefined, at: number): QueueSettings {
  if (versions)
    for (let i = versions.length - 1; i >= 0; i--)
      if ((versions[i] as Version).from <= at) return versions[i] as Version;
  return QUEUE_DEFAULTS;
}

/**
 * Reads `queue.saved` after the versions before it: the first one holds from the epoch, or from where the past is sealed,
 * a later one from its own time.
 * Fields that it does not name stay. Null when nothing changes. A queue that was made by its first event, named by
 * its id and with the defaults, has not been set by anybody: it is no version yet.
 */
export function versionOf(event: Saved, before: readonly Version[], sealedTo = ALWAYS): Version | null {
  const last = before.at(-1);
  const { id, serviceLevelMs, shortMs, abandonShortMs } = { ...pick(last ?? QUEUE_DEFAULTS), ...given(event.data) };
  if (
    last &&
    last.serviceLevelMs === serviceLevelMs &&
    last.shortMs === shortMs &&
    last.abandonShortMs === abandonShortMs
  )
    return null;
  if (!last && event.data.name === id && isSame(QUEUE_DEFAULTS, { serviceLevelMs, shortMs, abandonShortMs }))
    return null;
  const from = last ? Math.max(last.from, event.time) : sealedTo;
  return {
    queue: id as string,
    from,
    serviceLevelMs,
    shortMs,
    abandonShortMs,
    position: event.position,
    recordedAt: event.recordedAt,
  };
}

/** The first instant from which two lists of versions differ; null when they do not. */
export function differFrom(before: readonly Version[], after: readonly Version[]): number | null {
  const starts = [...new Set([ALWAYS, ...before.map((v) => v.from), ...after.map((v) => v.from)])].sort(
    (a, b) => a - b,
  );
  return starts.find((at) => !isSame(settingsAt(before, at), settingsAt(after, at))) ?? null;
}

type Saved = { time: number; position: number; recordedAt: number; data: Record<string, unknown> };
type Given = QueueSettings & { id: string };

const pick = ({ serviceLevelMs, shortMs, abandonShortMs }: QueueSettings): QueueSettings => ({
  serviceLevelMs,
  shortMs,
  abandonShortMs,
});

const given = (data: Record<string, unknown>): Given =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined && value !== null)) as Given;

const isSame = (a: QueueSettings, b: QueueSettings): boolean =>
  a.serviceLevelMs === b.serviceLevelMs && a.shortMs === b.shortMs && a.abandonShortMs === b.abandonShortMs;
