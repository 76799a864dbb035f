import { isGreater } from '#server/facts/corrections.ts';
import { BUCKET_MS, bucketOf } from '#server/facts/windows.ts';

/** The longest that one state is taken to last when nothing follows: the longest duration that the door takes at all. */
export const LONGEST_STATE_MS = 31 * 24 * 3_600_000;

/** From the strongest to the weakest: of simultaneous sources the strongest state counts. */
const PRECEDENCE = ['on_contact', 'wrap', 'available', 'pause', 'offline'] as const;
export type State = (typeof PRECEDENCE)[number];

/** What made a span: of contradicting statements the greatest (time, source, id) counts. */
export type Cause = { time: number; source: string; id: string };
export type StateEvent = Cause & { state: State; reason: string | null };

/** One agent in one state over [from, to) epoch ms. */
export type Spell = { from: number; to: number; state: State; reason: string | null; by: Cause };
/** A published schedule: it speaks for the whole of [from, to), productive where an activity says so. */
export type Schedule = { from: number; to: number; productive: Interval[]; by: Cause };
/** What a source measured itself over [from, to). */
export type Measured = { from: number; to: number; scheduledMs: number; adherentMs: number; by: Cause };
export type Interval = { from: number; to: number };

/** All that is known of one person's time, of all agents that are this person, cut to when they were. */
export type Timeline = { spells: Spell[]; schedules: Schedule[]; measured: (Measured & { within: Interval[] })[] };

/** Told for every piece: whose statement, which bucket, which fact, how many ms (scheduled and adherent ones may be 0). */
export type Emit = (by: Cause, bucket: number, fact: string, ms: number) => void;

/** The spells of one agent: each state lasts until the next, the last one until `closedTo`; never longer than 31 days. */
export function spellsOf(states: readonly StateEvent[], closedTo: number): Spell[] {
  const ordered = [...states].sort((a, b) => (isGreater(a, b) ? 1 : -1));
  const spells: Spell[] = [];
  for (const [i, by] of ordered.entries()) {
    const end = ordered[i + 1]?.time ?? Math.max(by.time, closedTo);
    const to = Math.min(end, by.time + LONGEST_STATE_MS);
    if (to > by.time) spells.push({ from: by.time, to, state: by.state, reason: by.reason, by });
  }
  return spells;
}

/**
 * Time facts of one person in buckets [from, to). Spells are cut at bucket edges; `login_ms` is the union of
 * everything but offline. Where a schedule holds: `scheduled_ms` its productive time, `adherent_ms` the part of it
 * spent available, on contact or in wrap-up. `worked_ms` is all such time, scheduled or not. Where a source measured
 * adherence itself its figures hold instead, spread over the buckets of its span in proportion of time.
 */
export function timeFacts(timeline: Timeline, buckets: { from: number; to: number }, emit: Emit): void {
  const range = { from: buckets.from * BUCKET_MS, to: buckets.to * BUCKET_MS };
  const spells = clipped(
    timeline.spells.filter((spell) => spell.state !== 'offline'),
    range,
  );
  const schedules = clipped(timeline.schedules, range);
  const measured = clipped(
    timeline.measured.flatMap((m) => m.within.map((w) => ({ ...overlap(m, w), by: m.by }))),
    range,
  );
  const productive = schedules.flatMap((schedule) => clipped(schedule.productive, range));
  const cuts = cutsOf([...spells, ...productive], [...schedules, ...measured]);
  const [spellAt, scheduleAt, measuredAt] = [sweep(spells), sweep(schedules), sweep(measured)];
  for (let i = 0; i + 1 < cuts.length; i++) {
    const piece = { from: cuts[i] as number, to: cuts[i + 1] as number };
    const spell = strongest(spellAt(piece.from));
    if (spell) emitSpell(spell, piece, emit);
    if (measuredAt(piece.from).length > 0) continue;
    const schedule = greatest(scheduleAt(piece.from));
    if (schedule) emitScheduled({ schedule, spell }, piece, emit);
  }
  emitMeasured(timeline.measured, buckets, emit);
}

/** The parts of an interval that a list of intervals leaves free, in order. */
export function without(whole: Interval, taken: readonly Interval[]): Interval[] {
  let free: Interval[] = whole.from < whole.to ? [whole] : [];
  for (const t of taken) {
    free = free
      .flatMap((f) => [overlap(f, { from: -Infinity, to: t.from }), overlap(f, { from: t.to, to: Infinity })])
      .filter(isSome);
    if (free.length === 0) break;
  }
  return free;
}

/** What two intervals share; empty (from >= to) when nothing. */
export const overlap = (a: Interval, b: Interval): Interval => ({
  from: Math.max(a.from, b.from),
  to: Math.min(a.to, b.to),
});
export const isSome = (interval: Interval): boolean => interval.from < interval.to;

const clipped = <I extends Interval>(intervals: readonly I[], range: Interval): I[] =>
  intervals.map((interval) => ({ ...interval, ...overlap(interval, range) })).filter(isSome);

/** All edges in order; within `fine` intervals the bucket edges too. */
function cutsOf(fine: readonly Interval[], coarse: readonly Interval[]): number[] {
  const cuts = new Set<number>();
  for (const { from, to } of [...fine, ...coarse]) cuts.add(from).add(to);
  for (const { from, to } of fine) {
    for (let edge = (bucketOf(from) + 1) * BUCKET_MS; edge < to; edge += BUCKET_MS) cuts.add(edge);
  }
  return [...cuts].sort((a, b) => a - b);
}

/** Which intervals hold at an instant; to be asked with growing instants. */
function sweep<I extends Interval>(intervals: readonly I[]): (at: number) => I[] {
  const waiting = [...intervals].sort((a, b) => a.from - b.from);
  let next = 0;
  let active: I[] = [];
  return (at) => {
    active = active.filter((interval) => interval.to > at);
    for (let i = waiting[next]; i && i.from <= at; i = waiting[++next]) if (i.to > at) active.push(i);
    return active;
  };
}

function strongest(spells: readonly Spell[]): Spell | null {
  let best: Spell | null = null;
  for (const spell of spells) if (!best || isStronger(spell, best)) best = spell;
  return best;
}

function isStronger(a: Spell, b: Spell): boolean {
  const order = PRECEDENCE.indexOf(a.state) - PRECEDENCE.indexOf(b.state);
  return order === 0 ? isGreater(a.by, b.by) : order < 0;
}

function greatest<T extends { by: Cause }>(of: readonly T[]): T | null {
  let best: T | null = null;
  for (const one of of) if (!best || isGreater(one.by, best.by)) best = one;
  return best;
}

const isProductive = (spell: Spell | null): spell is Spell =>
  spell !== null && spell.state !== 'pause' && spell.state !== 'offline';

function emitSpell(spell: Spell, piece: Interval, emit: Emit): void {
  const [bucket, ms] = [bucketOf(piece.from), piece.to - piece.from];
  emit(spell.by, bucket, `${spell.state}_ms`, ms);
  if (spell.state === 'pause' && spell.reason) emit(spell.by, bucket, `pause_ms:${spell.reason}`, ms);
  emit(spell.by, bucket, 'login_ms', ms);
  if (isProductive(spell)) emit(spell.by, bucket, 'worked_ms', ms);
}

function emitScheduled(
  { schedule, spell }: { schedule: Schedule; spell: Spell | null },
  piece: Interval,
  emit: Emit,
): void {
  if (!schedule.productive.some((p) => p.from <= piece.from && p.to > piece.from)) return;
  const [bucket, ms] = [bucketOf(piece.from), piece.to - piece.from];
  emit(schedule.by, bucket, 'scheduled_ms', ms);
  if (isProductive(spell)) emit(spell.by, bucket, 'adherent_ms', ms);
}

/** Of overlapping measurements the greatest holds; what another covers, or was somebody else's, is left out in proportion. */
function emitMeasured(measured: Timeline['measured'], buckets: { from: number; to: number }, emit: Emit): void {
  for (const one of measured) {
    const stronger = measured
      .filter((other) => isGreater(other.by, one.by))
      .flatMap((other) => other.within.map((w) => overlap(other, w)));
    const visible = one.within
      .map((w) => overlap(one, w))
      .filter(isSome)
      .flatMap((w) => without(w, stronger));
    const pieces = piecesOf(one);
    const scheduled = spread(one.scheduledMs, pieces);
    const adherent = spread(one.adherentMs, pieces);
    for (const [i, piece] of pieces.entries()) {
      const bucket = bucketOf(piece.from);
      if (bucket < buckets.from || bucket >= buckets.to) continue;
      const seen = visible.reduce((sum, v) => sum + Math.max(0, overlap(v, piece).to - overlap(v, piece).from), 0);
      const part = (whole: number) => Number((BigInt(whole) * BigInt(seen)) / BigInt(piece.to - piece.from));
      emit(one.by, bucket, 'scheduled_ms', part(scheduled[i] as number));
      emit(one.by, bucket, 'adherent_ms', part(adherent[i] as number));
    }
  }
}

function piecesOf(span: Interval): Interval[] {
  const pieces: Interval[] = [];
  for (let b = bucketOf(span.from); b * BUCKET_MS < span.to; b++)
    pieces.push(overlap(span, { from: b * BUCKET_MS, to: (b + 1) * BUCKET_MS }));
  return pieces;
}

/** Splits a whole number in proportion of the pieces' lengths, to the last unit: largest remainders first, then earlier pieces. */
export function spread(whole: number, pieces: readonly Interval[]): number[] {
  const length = BigInt(pieces.reduce((sum, p) => sum + p.to - p.from, 0));
  const exact = pieces.map((p) => BigInt(whole) * BigInt(p.to - p.from));
  const shares = exact.map((e) => Number(e / length));
  let left = whole - shares.reduce((sum, s) => sum + s, 0);
  const byRemainder = exact
    .map((e, i) => ({ i, rest: e % length }))
    .sort((a, b) => Number(b.rest - a.rest) || a.i - b.i);
  for (const { i } of byRemainder) if (left-- > 0) shares[i] = (shares[i] as number) + 1;
  return shares;
}
