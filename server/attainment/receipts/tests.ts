import type { ReceiptTest } from '#contract/receipts.ts';
import { boundsOf } from '#server/attainment/scoring/marks.ts';
import type { Plan, PlanItem } from '#server/attainment/scoring/plan.ts';
import { countOf, type Figures, intervalOf, measureOf, unitsOf } from '#server/attainment/scoring/scoring.ts';
import { ALPHA, type Count, exactP } from '#server/attainment/scoring/statistics.ts';
import { round } from '#server/facts/kpis/rational.ts';

type Asked = Pick<ReceiptTest, 'of' | 'kpi' | 'label' | 'side' | 'mark'>;
type Found = { count?: Count | null; interval?: [number, number] | null };

/** The guards of a KPI, each with its test; a guard without units says nothing. */
export function guardTests(item: PlanItem, figures: Figures): ReceiptTest[] {
  return item.guards.map((guard) => {
    const { measure, bound } = guard;
    const units = unitsOf(measure, figures);
    const count = units && countOf(guard, units);
    const side = measure.definition.better === 'higher' ? 'below' : 'above';
    return testOf({ of: 'guard', kpi: measure.id, label: measure.definition.name, side, mark: bound }, { count });
  });
}

/** The gates of a score, each with its test; a provisional KPI is not judged. */
export function gateTests(plan: Plan, figures: Figures, now: number): ReceiptTest[] {
  return (plan.scorecard?.gates ?? []).flatMap((gate) => {
    const item = plan.items.get(gate.kpi);
    if (!item?.target) return [];
    const [least, most] = boundsOf(item.target.line, gate.mark);
    const about = { of: 'gate', kpi: gate.kpi, label: `${item.measure.definition.name}: ${gate.mark}` } as const;
    const found = measureOf(item, figures, now).provisional ? () => ({}) : judged(item, figures);
    return [
      ...(least === null ? [] : [testOf({ ...about, side: 'below', mark: least }, found('below', least))]),
      ...(most === null ? [] : [testOf({ ...about, side: 'above', mark: most }, found('above', most))]),
    ];
  });
}

/** One test as a receipt tells it: p to six decimals, and whether it speaks by the whole of it. */
export function testOf(asked: Asked, { count = null, interval = null }: Found): ReceiptTest {
  const above = asked.side === 'above';
  if (count) {
    const { x, n, chance } = count;
    const p = exactP(count);
    return {
      ...asked,
      exact: { successes: x, n, chance, p: round(Math.round(p * 1e6), 1e6) },
      interval: null,
      formula: `P(X ${above ? '>=' : '<='} count) = sum of C(n, k) * chance^k * (1 - chance)^(n - k)`,
      filled: `sum over k = ${above ? `${x} to ${n}` : `0 to ${x}`} of C(${n}, k) * ${chance}^k * (1 - ${chance})^(${n} - k)`,
      speaks: p <= ALPHA,
    };
  }
  const [low, high] = interval ?? [0, 0];
  return {
    ...asked,
    exact: null,
    interval,
    formula: above ? 'lower end of the interval > mark' : 'upper end of the interval < mark',
    filled: interval ? (above ? `${low} > ${asked.mark}` : `${high} < ${asked.mark}`) : '',
    speaks: interval !== null && (above ? low > asked.mark : high < asked.mark),
  };
}

/** Does a test again from what its receipt says: p to six decimals, null where it has none, and whether it speaks. */
export function judgeAgain({ exact, interval, side, mark }: ReceiptTest): { p: number | null; speaks: boolean } {
  if (exact) {
    const p = exactP({ x: exact.successes, n: exact.n, chance: exact.chance, side });
    return { p: round(Math.round(p * 1e6), 1e6), speaks: p <= ALPHA };
  }
  if (!interval) return { p: null, speaks: false };
  return { p: null, speaks: side === 'above' ? interval[0] > mark : interval[1] < mark };
}

/** How a KPI is judged against a bound: a share by its units, anything else by its interval. */
function judged(item: PlanItem, figures: Figures): (side: Count['side'], chance: number) => Found {
  if (item.measure.definition.kind !== 'proportion') {
    const interval = intervalOf(item, figures);
    return () => ({ interval });
  }
  const units = unitsOf(item.measure, figures);
  return (side, chance) => ({ count: units && { x: units.x, n: units.n, chance, side } });
}
