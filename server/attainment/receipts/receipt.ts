import type { FactSums } from '#contract/facts.ts';
import type { Receipt } from '#contract/receipts.ts';
import { type Answer, windowOf } from '#server/attainment/performance/performance.ts';
import type { PlanItem } from '#server/attainment/scoring/plan.ts';
import { intervalOf, isDrawn, measureOf, sumsFor } from '#server/attainment/scoring/scoring.ts';
import { evidence } from '#server/facts/evidence/evidence.ts';
import { factOf } from '#server/facts/kpis/formula.ts';
import { sumTotal } from '#server/facts/store.ts';
import { bucketsOf } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { missing } from '#server/foundation/refusals.ts';
import { enoughStep, kpiSteps, scoreSteps } from './rules.ts';
import { kpiSentence, type Speech, scoreSentence } from './sentences.ts';
import { gateTests, guardTests } from './tests.ts';

/** Which page of the events, whether they may be listed at all, and how to speak. */
export type Told = { position: string; cursor?: string | undefined; limit: number; listed: boolean; own: boolean };

/** Whether the receipts of this room answer for a measure: `kpi:ID` or `score`. */
export const isMeasure = (measure: string): boolean => measure === 'score' || measure.startsWith('kpi:');

/**
 * Why a KPI or a score is what it is: definition, target, facts, arithmetic and the events behind them.
 * @throws Refusal missing for an unknown KPI
 */
export async function receiptOf(
  tx: Tx,
  orgId: number,
  asked: { answer: Answer; measure: string; told: Told },
): Promise<Receipt> {
  const { answer, measure, told } = asked;
  const item = measure === 'score' ? null : itemOf(answer, measure);
  const speech: Speech = { own: told.own, name: answer.seated.name, currency: answer.roster.organisation.currency };
  const parts = item ? kpiParts(item, answer, speech) : scoreParts(answer, speech);
  const events = await eventsOf(tx, orgId, { answer, item, told, facts: Object.keys(parts.facts) });
  return {
    subject: `${answer.question.of.kind}:${answer.question.of.id}`,
    measure,
    window: windowOf(answer.span),
    position: told.position,
    ...parts,
    exclusions: [...parts.exclusions, ...(await nobodys(tx, orgId, answer))],
    ...events,
  };
}

type Parts = Omit<Receipt, 'subject' | 'measure' | 'window' | 'position' | 'events' | 'eventsTotal' | 'next'>;

function itemOf({ plan }: Answer, measure: string): PlanItem {
  const item = plan.items.get(measure.slice('kpi:'.length));
  if (!item) throw missing(`There is no KPI ${measure.slice('kpi:'.length)}.`);
  return item;
}

function kpiParts(item: PlanItem, { figures, question }: Answer, speech: Speech): Parts {
  const { measure, prior, target, minSample } = item;
  const measured = measureOf(item, figures, question.now);
  const names = [...new Set([...measure.value.facts, ...measure.sample.facts])];
  return {
    value: measured.value,
    sentence: kpiSentence(item, measured, speech),
    definition: { id: measure.id, version: measure.version, text: measure.definition.value },
    target: target && { version: target.version, of: target.of, marks: { ...target.marks } },
    facts: picked(sumsFor(measure, figures), names),
    sample: measured.sample,
    interval: intervalOf(item, figures),
    shrinkage:
      prior && isDrawn(item, measure.sample.ratio(sumsFor(measure, figures)))
        ? { n: measured.sample, m0: prior.value, n0: minSample, from: prior.from }
        : null,
    steps: kpiSteps(item, figures, measured),
    tests: guardTests(item, figures),
    exclusions: outside(item, figures),
  };
}

function scoreParts({ plan, figures, question }: Answer, speech: Speech): Parts {
  const parts = plan.card.map((item) => {
    const measured = measureOf(item, figures, question.now);
    return { item, measured, steps: kpiSteps(item, figures, measured) };
  });
  const steps = scoreSteps(parts);
  const value = plan.scorecard ? (steps.at(-1)?.result ?? null) : null;
  const valued = parts.filter(({ measured }) => measured.attainment !== null).length;
  const names = [...new Set(plan.card.flatMap(({ measure }) => [...measure.value.facts, ...measure.sample.facts]))];
  return {
    value,
    sentence: scoreSentence(value, { valued, all: parts.length }, speech),
    definition: plan.scorecard && {
      id: `scorecard:${plan.scorecard.role}`,
      version: plan.scorecard.version,
      text: 'sum(weight * attainment) / sum(weight) / 10',
    },
    target: null,
    facts: picked(figures.sums, names),
    sample: null,
    interval: null,
    shrinkage: null,
    steps: plan.scorecard ? [...enoughStep(parts), ...steps] : [],
    tests: gateTests(plan, figures, question.now),
    exclusions:
      valued < parts.length
        ? [{ why: 'KPIs of the scorecard without a value or without a target', count: parts.length - valued }]
        : [],
  };
}

const picked = (sums: FactSums, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, factOf(sums, name)]));

/** What a filter leaves out, in contacts. */
function outside(item: PlanItem, figures: Answer['figures']): Receipt['exclusions'] {
  if (!item.measure.definition.filter) return [];
  const inside = (figures.rows ?? []).reduce(
    (sum, row) => sum + (isInside(item, row) ? factOf(row.facts, 'handled') : 0),
    0,
  );
  const count = factOf(figures.sums, 'handled') - inside;
  return count > 0 ? [{ why: 'Contacts of queues and channels outside the filter of the KPI', count }] : [];
}

function isInside({ measure }: PlanItem, row: { queue: string; channel: string }): boolean {
  const { queues, channels } = measure.definition.filter ?? {};
  return (!queues || queues.includes(row.queue)) && (!channels || channels.includes(row.channel));
}

/** Legs that no person answers for: a queue and a site count them, people do not. */
async function nobodys(tx: Tx, orgId: number, { question, seated, span }: Answer): Promise<Receipt['exclusions']> {
  const queues =
    question.of.kind === 'queue' ? seated.whose.queues : question.of.kind === 'site' ? seated.whose.unowned : undefined;
  if (!queues || question.knownAt !== undefined) return [];
  const sums = await sumTotal(tx, orgId, { unowned: queues, ...bucketsOf(span), facts: ['handled'] });
  const count = factOf(sums, 'handled');
  return count > 0 ? [{ why: 'Handled legs that no person answers for: counted here, and for nobody', count }] : [];
}

type EventsAsked = { answer: Answer; item: PlanItem | null; told: Told; facts: string[] };

async function eventsOf(
  tx: Tx,
  orgId: number,
  { answer, item, told, facts }: EventsAsked,
): Promise<Pick<Receipt, 'events' | 'eventsTotal' | 'next' | 'sealed'>> {
  const { seated, span, question } = answer;
  const found = await evidence(tx, orgId, {
    ...seated.whose,
    from: span.from,
    to: span.to,
    filter: item?.measure.definition.filter,
    facts,
    knownAt: question.knownAt,
    cursor: told.cursor,
    limit: told.limit,
  });
  const sealed = found.sealed === null ? {} : { sealed: new Date(found.sealed).toISOString() };
  if (!told.listed) return { events: [], eventsTotal: found.total, next: null, ...sealed };
  const events = found.events.map((event) => ({
    ...event,
    position: String(event.position),
    time: new Date(event.time).toISOString(),
    facts: event.facts as Record<string, number>,
  }));
  return { events, eventsTotal: found.total, next: found.next, ...sealed };
}
