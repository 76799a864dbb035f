import type { CorrectionData, LoggedEvent } from '#server/log/catalogue.ts';

/** An event as it counts: its content replaced by the winning correction, if there is one. */
export type InForce = LoggedEvent & { corrected?: boolean };

/** Which events are known: up to a log position, or recorded until an instant. */
export type Known = { position?: number; recordedAt?: number };

/**
 * Events as they count, retracted ones left out. Of several corrections of one event the greatest (time, source, id)
 * wins; a replacement replaces content and parties whole, never type, time or identity. The order of `events` does
 * not matter, nor whether a correction comes before its target; corrections are not themselves corrected.
 */
export function inForce(events: Iterable<LoggedEvent>, known: Known = {}): InForce[] {
  const targets = new Map<string, LoggedEvent>();
  const winners = new Map<string, LoggedEvent>();
  for (const event of events) {
    if (!isKnown(event, known)) continue;
    if (event.type !== 'correction') targets.set(identityOf(event), event);
    else keepGreater(winners, event);
  }
  const counting: InForce[] = [];
  for (const [identity, event] of targets) {
    const correction = winners.get(identity);
    const counted = correction ? corrected(event, correction) : { ...event, corrected: false };
    if (counted) counting.push(counted);
  }
  return counting;
}

/** The identity of an event as one key. */
export const identityOf = (event: { source: string; id: string }): string => `${event.source}\u0000${event.id}`;

/** What a correction corrects. */
export const targetOf = (correction: LoggedEvent): { source: string; id: string } =>
  (correction.data as unknown as CorrectionData).of;

/** The total order of statements that contradict each other: the later one counts. */
export function isGreater(
  a: { time: number; source: string; id: string },
  b: { time: number; source: string; id: string },
): boolean {
  if (a.time !== b.time) return a.time > b.time;
  return a.source === b.source ? a.id > b.id : a.source > b.source;
}

function isKnown(event: LoggedEvent, { position, recordedAt }: Known): boolean {
  return (
    (position === undefined || event.position <= position) &&
    (recordedAt === undefined || event.recordedAt <= recordedAt)
  );
}

function keepGreater(winners: Map<string, LoggedEvent>, correction: LoggedEvent): void {
  const identity = identityOf(targetOf(correction));
  const other = winners.get(identity);
  if (!other || isGreater(correction, other)) winners.set(identity, correction);
}

function corrected(event: LoggedEvent, correction: LoggedEvent): InForce | null {
  const { action, replacement } = correction.data as unknown as CorrectionData;
  if (action === 'retract' || !replacement) return null;
  const { agent, customer, interaction, data } = replacement;
  return { ...event, agent, customer, interaction, data, corrected: true };
}
