import type { PersonResult } from '#server/attainment/performance/people.ts';
import { previousWindow, resolveWindow, type Span } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { nextWordId } from '#server/game/points/chains.ts';
import { append } from '#server/log/append.ts';
import { HOUSE, type LoggedEvent, type NewEvent } from '#server/log/catalogue.ts';
import { type Batch, touched } from '#server/log/consumer.ts';
import { type Roster, rosterOf, zoneOf } from '#server/people/roster.ts';
import { evidenceOf } from './evidence.ts';
import { holdsOf } from './holds.ts';
import { daysOf, resultsIn } from './results.ts';
import { BADGES, type Badge, earnedId, periodOf, readingOf, type Tier, tiersHeld } from './rules.ts';
import { lateSources } from './store.ts';

export const DAY_MS = 86_400_000;

/** One person's results of a badge's window: of the window, or of its days. */
export type Case = {
  badge: Badge;
  span: Span;
  days: readonly Span[];
  results: readonly PersonResult[];
  person: string;
};
/** When it is decided and on which day its points count (epoch ms), in which zone, and by which event. */
export type Occasion = {
  now: number;
  countsAt: number;
  zone: string;
  causes(people: string[]): Promise<Map<string, Cause>>;
};
export type Cause = { source: string; id: string };

/** What holds when a window closes, for the people whose calendar it is. */
export async function decideAtClosing(tx: Tx, batch: Batch, closing: LoggedEvent): Promise<void> {
  const { window, zone, from, to } = closing.data as { window: string; zone: string; from: number; to: number };
  const asked = BADGES.filter((badge) => closesWith(badge) === window);
  if (asked.length === 0) return;
  const people = peopleOn(await rosterOf(tx, batch.orgId), zone);
  const cause: Cause = { source: HOUSE, id: closing.id };
  const causes = async (whose: string[]) => new Map(whose.map((person) => [person, cause]));
  const occasion = (span: Span): Occasion => ({ now: closing.time, countsAt: Math.min(span.to, to) - 1, zone, causes });
  for (const badge of asked) {
    const span = spanOf(badge, { name: window as Span['name'], from, to }, zone);
    const days = badge.condition.kind === 'days' ? daysOf({ from: span.from, to }, zone) : [];
    const cases = await casesOf(tx, batch.orgId, { badge, span, days, people, now: closing.time });
    await earn(tx, batch, { cases, occasion: occasion(span) });
  }
}

/**
 * Appends what is held and was not earned yet. What came in more than a day late celebrates nothing, and earns only where
 * its source is set to award; of several tiers at once the highest celebrates.
 * @returns how many tiers each of the people now has
 */
export async function earn(
  tx: Tx,
  batch: Batch,
  told: { cases: Case[]; occasion: Occasion },
): Promise<Map<string, number>> {
  const { occasion } = told;
  const held = told.cases.flatMap((one) => {
    const reading = readingOf(one.badge, one.results, occasion.now);
    const period = periodOf(one.badge.period, one.span.from, occasion.zone);
    return tiersHeld(one.badge, reading).map((tier) => ({ ...one, reading, period, tier }));
  });
  const counts = countBy(held.map(({ person }) => person));
  if (held.length === 0) return counts;
  const idOf = (one: { badge: Badge; tier: Tier; person: string; period: string }) =>
    earnedId({ ...one, badge: one.badge.id });
  const holds = await holdsOf(tx, batch.orgId, held.map(idOf));
  const fresh = held.filter((one) => !holds.get(idOf(one))?.standing);
  if (fresh.length === 0) return counts;
  const late = await lateOf(tx, batch.orgId, fresh);
  const causes = await occasion.causes([...new Set(fresh.map(({ person }) => person))]);
  const events = fresh.flatMap((one): NewEvent[] => {
    if (late.get(one.person) === 'silent') return [];
    const isTop = !fresh.some((other) => isAbove(other, one));
    const { badge, tier, person, period, span } = one;
    const { points, goal } = badge.tiers[tier];
    const hold = holds.get(idOf(one));
    const isFirst = hold === undefined || hold.said.length === 0;
    // what is earned again after it was withdrawn was celebrated before, and first pays back what the house bore for it
    const recovered = Math.min(points, hold?.borne ?? 0);
    const celebrate = isTop && isFirst && !late.has(one.person) && batch.now - occasion.now <= DAY_MS;
    const data = {
      badge: badge.id,
      version: badge.version,
      tier,
      person,
      period,
      window: badge.period,
      zone: occasion.zone,
      from: span.from,
      to: span.to,
      points,
      countsAt: occasion.countsAt,
      ...(recovered > 0 ? { recovered } : {}),
      goal,
      ...evidenceOf({ ...one, now: occasion.now, zone: occasion.zone }),
      celebrate,
      cause: causes.get(person) ?? null,
      until: touched(batch).position,
    };
    return [
      {
        source: HOUSE,
        id: isFirst ? idOf(one) : nextWordId(idOf(one), hold.said),
        type: 'badge.earned',
        time: occasion.now,
        data,
      },
    ];
  });
  await append(tx, { orgId: batch.orgId, now: batch.now }, events);
  return counts;
}

/** The people whose calendar is that of a zone. */
export const peopleOn = (roster: Roster, zone: string): string[] =>
  [...roster.people.keys()].filter((id) => zoneOf(roster, { kind: 'person', id }) === zone);

/** Which closing decides a badge: days are counted whenever one closes. */
const closesWith = ({ period, condition }: Badge): string => (condition.kind === 'days' ? 'day' : period);

/** The window that a badge is about when one closes: that one, the one before where values settle later, or the week of a day. */
function spanOf(badge: Badge, closed: Span, zone: string): Span {
  if (badge.when === 'settled') return previousWindow(closed, zone);
  return badge.condition.kind === 'days' ? resolveWindow(badge.period, closed.from, zone) : closed;
}

type CasesAsked = { badge: Badge; span: Span; days: readonly Span[]; people: string[]; now: number };

async function casesOf(tx: Tx, orgId: number, { badge, span, days, people, now }: CasesAsked): Promise<Case[]> {
  const byPerson = new Map<string, { results: PersonResult[]; days: Span[] }>();
  for (const part of badge.condition.kind === 'days' ? days : [span]) {
    for (const result of await resultsIn(tx, orgId, { span: part, now, people })) {
      const own = byPerson.get(result.subject.id) ?? { results: [], days: [] };
      own.results.push(result);
      own.days.push(part);
      byPerson.set(result.subject.id, own);
    }
  }
  return [...byPerson].map(([person, own]) => ({ badge, span, person, ...own }));
}

const TYPES: Record<string, readonly string[]> = {
  'full-house': ['interaction.ended'],
  'one-and-done': ['interaction.ended'],
  'kind-ear': ['survey.answered'],
  craft: ['evaluation.completed'],
  'on-the-dot': ['agent.state', 'adherence.measured', 'schedule.published'],
  'steady-light': ['interaction.ended', 'survey.answered', 'evaluation.completed', 'agent.state', 'adherence.measured'],
};

/** Of whom part of the window came in late, and what that may earn: silence, where any of its sources is silent. */
async function lateOf(tx: Tx, orgId: number, fresh: readonly Case[]): Promise<Map<string, 'silent' | 'award'>> {
  const [first] = fresh;
  const late = new Map<string, 'silent' | 'award'>();
  if (!first) return late;
  const people = [...new Set(fresh.map(({ person }) => person))];
  const asked = { people, from: first.span.from, to: first.span.to, types: TYPES[first.badge.id] ?? [] };
  for (const { person, backfill } of await lateSources(tx, orgId, asked))
    late.set(person, late.get(person) === 'silent' ? 'silent' : backfill);
  return late;
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

type Held = { badge: Badge; person: string; tier: Tier };

const isAbove = (other: Held, one: Held): boolean =>
  other.person === one.person &&
  other.badge === one.badge &&
  one.badge.tiers[other.tier].goal > one.badge.tiers[one.tier].goal;
