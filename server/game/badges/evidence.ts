import type { Receipt } from '#contract/receipts.ts';
import type { PersonResult } from '#server/attainment/performance/people.ts';
import { kpiSteps, scoreSteps } from '#server/attainment/receipts/rules.ts';
import { measureOf, sumsFor } from '#server/attainment/scoring/scoring.ts';
import { factOf } from '#server/facts/kpis/formula.ts';
import { type Badge, contactsOf, isSteady, periodOf, type Reading } from './rules.ts';

type Steps = Receipt['steps'];

/** What a decision rests on, kept with it for good: the arithmetic with its numbers, the KPI as it stood, the facts. */
export type Evidence = {
  value: number;
  steps: Steps;
  facts: Record<string, number>;
  kpis: { id: string; value: number | null; sample: number; scored: number | null; attainment: number | null }[];
};

type Asked = { badge: Badge; results: readonly PersonResult[]; reading: Reading; now: number; zone: string };

/** The evidence of a reading that counts. */
export function evidenceOf(asked: Asked & { days: readonly { from: number }[] }): Evidence {
  const { badge, reading } = asked;
  const value = reading.value ?? 0;
  if (badge.condition.kind === 'days') return { value, kpis: [], facts: {}, steps: daySteps(asked) };
  const [result] = asked.results as [PersonResult];
  const kpis = reading.measured ? [measuredOf(reading.measured)] : [];
  if (badge.condition.kind === 'contacts') return { value, kpis, ...contactEvidence(result) };
  const item = result.plan.items.get(badge.condition.kpi);
  if (!item || !reading.measured) throw new Error(`a badge was held on ${badge.condition.kpi}, which is not there`);
  const sums = sumsFor(item.measure, result.figures);
  const names = [...new Set([...item.measure.value.facts, ...item.measure.sample.facts])];
  return { value, kpis, facts: picked(sums, names), steps: kpiSteps(item, result.figures, reading.measured) };
}

const measuredOf = ({ id, value, sample, scored, attainment }: NonNullable<Reading['measured']>) => ({
  id,
  value,
  sample,
  scored,
  attainment,
});

const picked = (sums: PersonResult['figures']['sums'], names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, factOf(sums, name)]));

function contactEvidence(result: PersonResult): Pick<Evidence, 'facts' | 'steps'> {
  const facts = picked(result.figures.sums, ['handled', 'short']);
  const filled = `${facts.handled} - ${facts.short}`;
  return {
    facts,
    steps: [
      { label: 'Contacts that count', formula: 'handled - short', filled, result: contactsOf(result), digits: 0 },
    ],
  };
}

function daySteps({ badge, results, now, zone, days }: Asked & { days: readonly { from: number }[] }): Steps {
  const least = badge.condition.kind === 'days' ? badge.condition.score : 0;
  const scores = results.flatMap((result, at) => {
    const parts = result.plan.card.map((item) => {
      const measured = measureOf(item, result.figures, now);
      return { item, measured, steps: kpiSteps(item, result.figures, measured) };
    });
    const last = scoreSteps(parts).at(-1);
    return last ? [{ ...last, label: `Score of ${periodOf('day', days[at]?.from ?? 0, zone).slice(4)}` }] : [];
  });
  const ones = results.map((result) => (isSteady(result, least) ? 1 : 0));
  const total: Steps[number] = {
    label: 'Days that count',
    formula: `days with a score of ${least} or more`,
    filled: ones.join(' + ') || '0',
    result: ones.reduce<number>((sum, one) => sum + one, 0),
    digits: 0,
  };
  return [...scores, total];
}
