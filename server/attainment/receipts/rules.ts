import type { Status } from '#contract/performance.ts';
import type { Receipt } from '#contract/receipts.ts';
import type { Line } from '#server/attainment/scoring/marks.ts';
import type { PlanItem } from '#server/attainment/scoring/plan.ts';
import { scoreOfLines, type Weighed } from '#server/attainment/scoring/rules.ts';
import { type Figures, isDrawn, type Measured, mixOf, sumsFor } from '#server/attainment/scoring/scoring.ts';
import { compile } from '#server/facts/kpis/formula.ts';
import { FILLED } from '#server/facts/kpis/formula-tree.ts';
import { approximate, round } from '#server/facts/kpis/rational.ts';

export type Step = Receipt['steps'][number];

/** The arithmetic of one KPI: value, sample, and where they exist mix, scored value and attainment. Ends with the attainment. */
export function kpiSteps(item: PlanItem, figures: Figures, measured: Measured): Step[] {
  const { definition, value, sample } = item.measure;
  const sums = sumsFor(item.measure, figures);
  const steps = [
    step('Value', definition.value, value.filled(sums), measured.value),
    step('Sample', definition.sample, sample.filled(sums), measured.sample),
  ];
  if (measured.value === null) return steps;
  const mixed = mixFilled(item, figures, value.filled(sums));
  if (mixed) steps.push(mixed);
  const raw = mixed?.filled ?? value.filled(sums);
  const drawn = isDrawn(item, sample.ratio(sums));
  const scored = drawn ? drawnFilled(item, raw, sample.filled(sums)) : raw;
  steps.push(step('Scored value', drawn ? '(value * n + m0 * n0) / (n + n0)' : 'value', scored, measured.scored));
  if (item.target)
    steps.push({ ...attainmentStep(item.target.line, scored, measured.status), result: measured.attainment });
  return steps;
}

/** The arithmetic of a score: the attainment of each line that has a value, and their weighed mean. */
export function scoreSteps(parts: readonly { item: PlanItem; measured: Measured; steps: readonly Step[] }[]): Step[] {
  const lines: (Weighed & { id: string })[] = parts.map(({ item, measured }) => ({
    id: item.measure.id,
    weight: item.weight ?? 0,
    attainment: measured.attainment,
  }));
  const valued = lines.filter((line) => line.attainment !== null);
  const score = scoreOfLines(lines);
  const attainments = parts.flatMap(({ item, measured, steps }) => {
    const last = steps.at(-1);
    return measured.attainment === null || !last
      ? []
      : [{ ...last, label: `Attainment: ${item.measure.definition.name}` }];
  });
  const sum = valued.map((line) => `${line.weight} * ${line.attainment}`).join(' + ');
  const weight = valued.map((line) => line.weight).join(' + ');
  const filled = valued.length > 0 ? `(${sum}) / (${weight}) / 10` : '0 / 0';
  const label = score === null && valued.length > 0 ? 'No score: less than half of the weight has a value' : 'Score';
  return [
    ...attainments,
    {
      label,
      formula: 'sum(weight * attainment) / sum(weight) / 10',
      filled: score === null ? '0 / 0' : filled,
      result: score,
      digits: 1,
    },
  ];
}

/** How much of the weight has its least sample: with half of it, and no gate missed, a score counts for ranks and points. */
export function enoughStep(parts: readonly { item: PlanItem; measured: Measured }[]): Step[] {
  const whole = parts.map(({ item }) => item.weight ?? 0);
  const enough = parts.flatMap(({ item, measured }) =>
    measured.value !== null && measured.sample >= item.minSample ? [item.weight ?? 0] : [],
  );
  if (whole.length === 0) return [];
  const filled = `(${enough.join(' + ') || '0'}) / (${whole.join(' + ')})`;
  const result = calculated(filled, 6);
  return [step('Weight with enough sample (at least half)', 'sum(weight with enough) / sum(weight)', filled, result)];
}

/** Calculates every step of a receipt anew, in order, from what is filled in. */
export const recomputeSteps = (receipt: Pick<Receipt, 'steps'>): (number | null)[] =>
  receipt.steps.map((one) => calculated(one.filled, one.digits ?? 6));

/**
 * Calculates the number of a receipt from the receipt alone: a KPI's by its definition from the facts, a score's from its
 * last step. Null when it has no value, or when any step does not give what it says.
 */
export function recompute(receipt: Pick<Receipt, 'steps' | 'measure' | 'definition' | 'facts'>): number | null {
  const again = recomputeSteps(receipt);
  if (again.some((result, index) => result !== receipt.steps[index]?.result)) return null;
  if (receipt.measure.startsWith('kpi:'))
    return receipt.definition ? compile(receipt.definition.text).value(receipt.facts) : null;
  return again.at(-1) ?? null;
}

function calculated(filled: string, digits: 0 | 1 | 6): number | null {
  const exact = compile(filled, FILLED).ratio({});
  return exact && round(exact.num, exact.den, digits);
}

const step = (label: string, formula: string, filled: string, result: number | null): Step => ({
  label,
  formula,
  filled,
  result,
  digits: 6,
});

const write = (value: number): string => (value < 0 ? `(${value})` : String(value));

const drawnFilled = ({ prior, minSample }: PlanItem, value: string, n: string): string =>
  `((${value}) * (${n}) + ${write(prior?.value ?? 0)} * ${minSample}) / ((${n}) + ${minSample})`;

function mixFilled(item: PlanItem, figures: Figures, value: string): Step | null {
  if (!item.peers || !figures.rows) return null;
  const { overall, queues } = item.peers;
  const own = mixOf(item, figures).sort((a, b) => (a.queue < b.queue ? -1 : 1));
  const expected = own.map(
    ({ queue, contacts }) =>
      `${contacts} * ${write((Object.hasOwn(queues, queue) ? queues[queue] : undefined) ?? overall)}`,
  );
  const filled = `(${value}) * ${write(overall)} / ((${expected.join(' + ')}) / (${own.map(({ contacts }) => contacts).join(' + ')}))`;
  const exact = own.length > 0 ? compile(filled, FILLED).ratio({}) : null;
  return (
    exact &&
    step(
      'Value for the common mix of queues',
      'value * peers overall / expected for these queues',
      filled,
      round(exact.num, exact.den),
    )
  );
}

function attainmentStep(line: Line, scored: string, status: Status | null): Step {
  const { formula, filled } =
    line.better === 'range'
      ? rangeFilled(line, scored)
      : slopeFilled(line, { scored, past: status === 'met' || status === 'exceeded' });
  return { label: 'Attainment in per-mille', formula, filled, result: null, digits: 0 };
}

function slopeFilled(line: Line, { scored, past }: { scored: string; past: boolean }) {
  const [floor, target, stretch] = [line.exact.a, line.exact.b, line.exact.c].map(approximate).map(write) as [
    string,
    string,
    string,
  ];
  const rest = past
    ? `200 * ((${scored}) - ${target}) / (${stretch} - ${target})`
    : `500 * ((${scored}) - ${target}) / (${target} - ${floor})`;
  const formula = past
    ? '1000 + 200 * (scored - target) / (stretch - target)'
    : '1000 + 500 * (scored - target) / (target - floor)';
  return { formula: `min(1200, max(0, ${formula}))`, filled: `min(1200, max(0, 1000 + ${rest}))` };
}

function rangeFilled(line: Line, scored: string) {
  const [low, high, tolerance] = [line.exact.a, line.exact.b, line.exact.c].map(approximate).map(write) as [
    string,
    string,
    string,
  ];
  const outside = (value: string, a: string, b: string) => `max(0, max(${a} - (${value}), (${value}) - ${b}))`;
  return {
    formula: 'max(0, 1000 - 500 * outside / tolerance)',
    filled: `max(0, 1000 - 500 * ${outside(scored, low, high)} / ${tolerance})`,
  };
}
