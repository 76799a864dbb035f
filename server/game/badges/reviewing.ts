import type { PersonResult } from '#server/attainment/performance/people.ts';
import { resultsAgain } from '#server/attainment/revisits/again.ts';
import { byPlace, type Review } from '#server/attainment/revisits/consumer.ts';
import { type Closed, closedAmong, closedDays } from '#server/attainment/revisits/store.ts';
import { BUCKET_MS, resolveWindow, type Span } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { BADGES, type Badge } from './rules.ts';

/** A window of a badge to be decided again for some people; `closed` is what decided it last, null while it is open. */
export type Again = { badge: Badge; span: Span; zone: string; people: string[]; closed: Closed | null };

/** The windows that the marks of a review bear on, badge by badge; those that nothing decided yet are left out. */
export async function windowsAgain(tx: Tx, orgId: number, review: Review): Promise<Again[]> {
  const found: Again[] = [];
  for (const badge of BADGES) {
    for (const { span, zone, marks } of spansOf(badge, review).values()) {
      const closed = await decidedBy(tx, orgId, { badge, span, zone });
      // what is decided again whenever a day closes is taken back only here, and so is what was earned in an open day
      const always = badge.when === 'at once' || badge.condition.kind === 'days';
      if (!closed && badge.when !== 'at once') continue;
      const late = marks.filter(({ position }) => always || (closed !== null && position > closed.position));
      const people = [...new Set(late.map(({ person }) => person))].sort();
      if (people.length > 0) found.push({ badge, span, zone, people, closed });
    }
  }
  return found;
}

type Marked = { span: Span; zone: string; marks: Review['marks'] };

function spansOf({ period }: Badge, { marks }: Review): Map<string, Marked> {
  const spans = new Map<string, Marked>();
  for (const [{ bucket, zone }, own] of byPlace(marks)) {
    const span = resolveWindow(period, bucket * BUCKET_MS, zone);
    const key = `${zone} ${span.from}`;
    const known = spans.get(key) ?? { span, zone, marks: [] };
    for (const mark of own) known.marks.push(mark);
    spans.set(key, known);
  }
  return spans;
}

type Of = { badge: Badge; span: Span; zone: string };

/** The closing that decided a window of a badge last. */
async function decidedBy(tx: Tx, orgId: number, { badge, span, zone }: Of): Promise<Closed | null> {
  if (badge.condition.kind === 'days') return (await closedDays(tx, orgId, { zone, ...span })).at(-1) ?? null;
  const from = badge.when === 'settled' ? span.to : span.from;
  return (await closedAmong(tx, orgId, [{ window: badge.period, zone, from }]))[0] ?? null;
}

/** Somebody's results of a badge's window, or of the closed days of it. */
export type Own = { results: PersonResult[]; days: Span[] };

/** How people did in a window of a badge by what is known now; `awarding` leaves out history that may earn nothing. */
export async function resultsOf(
  tx: Tx,
  orgId: number,
  { again, at, biographies, awarding }: AgainAt,
): Promise<Map<string, Own>> {
  const { badge, span, zone, people, closed } = again;
  const parts =
    badge.condition.kind === 'days'
      ? (await closedDays(tx, orgId, { zone, ...span })).map(({ from, to }): Span => ({ name: 'day', from, to }))
      : [span];
  const found = new Map<string, Own>(people.map((person) => [person, { results: [], days: [] }]));
  for (const part of parts) {
    const asked = { span: part, closed: closed ?? at, now: at.now, people, biographies, awarding };
    for (const result of await resultsAgain(tx, orgId, asked)) {
      found.get(result.subject.id)?.results.push(result);
      found.get(result.subject.id)?.days.push(part);
    }
  }
  return found;
}

type AgainAt = Pick<Review, 'biographies'> & { again: Again; at: At; awarding?: string[] };

/** As of when it is weighed, and on which day points count that come of it: epoch ms, and the place in the log and the time by which it was known. */
export type At = { now: number; countsAt: number; position: number; recordedAt: number };
