import type { KpiTile, Performance, Trend } from '#contract/performance.ts';
import type { WindowName } from '#contract/windows.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import { type Definitions, type Plan, type PlanItem, planFor, type Span } from '#server/attainment/scoring/plan.ts';
import { lifts } from '#server/attainment/scoring/rules.ts';
import { intervalOf, type Measured, measureOf, type Scored, scoreOf } from '#server/attainment/scoring/scoring.ts';
import { BUCKET_MS, bucketOf, resolveWindow } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { invalid, missing } from '#server/foundation/refusals.ts';
import { type Roster, rosterOf, zoneOf } from '#server/people/roster.ts';
import {
  figuresOf,
  figuresOfBuckets,
  figuresOfMany,
  needPlaces,
  startOf,
  type WindowFigures,
  wholeFacts,
} from './figures.ts';
import { type Seated, type SubjectId, seat } from './subjects.ts';

/** A question: whose figures, of the window that holds `at`, as known at `knownAt`; all times epoch ms. */
export type Question = {
  of: SubjectId;
  window: WindowName;
  at: number;
  custom?: { from: number; to: number } | undefined;
  knownAt?: number | undefined;
  /** What time it is: how much is settled. */
  now: number;
};

/** A question with all that answers it. */
export type Answer = {
  question: Question;
  span: Span;
  roster: Roster;
  seated: Seated;
  definitions: Definitions;
  plan: Plan;
  figures: WindowFigures;
};

/**
 * Reads all that a question needs.
 * @throws Refusal missing for an unknown subject, invalid for a window that is none
 */
export async function answer(tx: Tx, orgId: number, question: Question): Promise<Answer> {
  const roster = await rosterOf(tx, orgId);
  const { of, window, at, custom, knownAt } = question;
  const span = resolveWindow(window, at, zoneOf(roster, of), custom);
  const seated = seat(roster, of, span.to);
  const definitions = await definitionsFor(tx, orgId, span, knownAt);
  const figures = await figuresOf(tx, orgId, { whose: seated.whose, span, knownAt, places: needPlaces(definitions) });
  return { question, span, roster, seated, definitions, plan: planFor(definitions, seated.subject), figures };
}

/** Reads all that the same question about several people needs: the facts of all of them together. */
export async function answers(
  tx: Tx,
  orgId: number,
  { people, ...question }: Omit<Question, 'of'> & { people: readonly string[] },
): Promise<(person: string) => Answer> {
  const roster = await rosterOf(tx, orgId);
  const spanOf = (id: string) =>
    resolveWindow(question.window, question.at, zoneOf(roster, { kind: 'person', id }), question.custom);
  const known = people.filter((id) => roster.people.has(id));
  const found = new Map<string, Answer>();
  for (const [, some] of Map.groupBy(known, (id) => JSON.stringify(spanOf(id)))) {
    const span = spanOf(some[0] as string);
    const definitions = await definitionsFor(tx, orgId, span, question.knownAt);
    const asked = { people: some, span, knownAt: question.knownAt, places: needPlaces(definitions) };
    const figures = await figuresOfMany(tx, orgId, asked);
    for (const id of some) {
      const of = { kind: 'person', id } as const;
      const seated = seat(roster, of, span.to);
      const plan = planFor(definitions, seated.subject);
      found.set(id, { question: { of, ...question }, span, roster, seated, definitions, plan, figures: figures(id) });
    }
  }
  return (id) => {
    const one = found.get(id);
    if (!one) throw missing(`There is no person ${id}.`);
    return one;
  };
}

/** The performance of a subject: pure, of an answer, the position that it covers and the sources. */
export function performanceOf(found: Answer, told: { position: string; sources: Performance['sources'] }): Performance {
  const { plan, figures, question, span, seated } = found;
  const scored = scoreOf(plan, figures, question.now);
  const others = [...plan.items.values()].filter((item) => item.weight === null);
  const tiles = [...plan.card, ...others].map((item) => tileOf(item, found, scored));
  withLifts(tiles, plan);
  return {
    subject: `${question.of.kind}:${question.of.id}`,
    name: seated.name,
    window: windowOf(span),
    position: told.position,
    facts: wholeFacts(figures.sums),
    kpis: tiles,
    score: scored.score,
    eligible: scored.eligible,
    gates: scored.gates,
    sources: told.sources,
  };
}

const TREND_MS = 400 * 24 * 4 * BUCKET_MS;

/**
 * The values of a window step by step, for sparklines: quarters of an hour up to a day, days beyond.
 * @throws Refusal invalid `window_edges` beyond 400 days
 */
export function trendsOf({ span, plan, figures, question, roster }: Answer): Trend[] {
  const byDay = span.to - span.from > 25 * 4 * BUCKET_MS;
  if (span.to - span.from > TREND_MS) throw invalid('window_edges', 'A trend spans at most 400 days.');
  const steps = byDay ? daysOf(span, question, roster) : bucketsOfSpan(span);
  const parts = steps.map(([from, to]) =>
    figuresOfBuckets(figures.buckets.filter(({ bucket }) => startOf(bucket) >= from && startOf(bucket) < to)),
  );
  return [...plan.items.values()].flatMap((item) => {
    const values = parts.map((part) => measureOf({ ...item, guards: [] }, part, question.now).value);
    if (values.every((value) => value === null)) return [];
    return [
      { kpi: item.measure.id, step: byDay ? ('day' as const) : ('15m' as const), from: instant(span.from), values },
    ];
  });
}

export const windowOf = ({ name, from, to }: Span): Performance['window'] => ({
  name: name as WindowName,
  from: instant(from),
  to: instant(to),
});

const instant = (ms: number): string => new Date(ms).toISOString();

function tileOf(item: PlanItem, { figures, question }: Answer, scored: Scored): KpiTile {
  const measured: Measured =
    scored.kpis.find((kpi) => kpi.id === item.measure.id) ?? measureOf(item, figures, question.now);
  const { name, words, unit, better } = item.measure.definition;
  return {
    id: measured.id,
    value: measured.value,
    sample: measured.sample,
    interval: intervalOf(item, figures),
    provisional: measured.provisional,
    scored: measured.scored,
    marks: item.target?.marks ?? null,
    attainment: measured.attainment,
    status: measured.status,
    held: measured.held,
    name,
    words,
    unit,
    better,
    minSample: item.minSample,
    weight: item.weight,
    lift: null,
  };
}

function withLifts(tiles: KpiTile[], plan: Plan): void {
  const card = tiles.slice(0, plan.card.length);
  const found = lifts(card.map((tile) => ({ weight: tile.weight ?? 0, attainment: tile.attainment })));
  card.forEach((tile, index) => {
    if (plan.card[index]?.measure.definition.controllable) tile.lift = found[index] ?? null;
  });
}

type Step = [from: number, to: number];

const bucketsOfSpan = ({ from, to }: Span): Step[] =>
  Array.from({ length: bucketOf(to - 1) - bucketOf(from) + 1 }, (_, index) => {
    const start = startOf(bucketOf(from) + index);
    return [start, start + BUCKET_MS];
  });

function daysOf(span: Span, { of }: Question, roster: Roster): Step[] {
  const zone = zoneOf(roster, of);
  const steps: Step[] = [];
  for (let from = span.from; from < span.to; ) {
    const to = Math.min(resolveWindow('day', from, zone).to, span.to);
    steps.push([from, to]);
    from = to;
  }
  return steps;
}
