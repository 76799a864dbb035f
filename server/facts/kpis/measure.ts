import type { BuiltIn } from './catalogue.ts';
import { compile, type Formula } from './formula.ts';

/** A KPI definition in force: the public definition, its version (0 is the house's own) and from when on it holds. */
export type KpiVersion = {
  definition: Omit<BuiltIn, 'effectiveFrom'>;
  version: number;
  /** Epoch ms; null is the beginning of time. */
  effectiveFrom: number | null;
  builtIn: boolean;
};

/** A KPI ready to be calculated. */
export type Measure = KpiVersion & {
  id: string;
  value: Formula;
  sample: Formula;
  /** How much of the denominator is one unit of the sample, where the two are proportional; null else. */
  perUnit: number | null;
  /** Whether the value adds up over buckets as one sum over another. */
  additive: boolean;
  /** Whether the value is a plain sum: an amount, not an estimate, so that no small sample blurs it. */
  isAmount: boolean;
};

/** Compiles a definition. Throws FormulaError when one of its formulas cannot be taken. */
export function measureFrom(version: KpiVersion): Measure {
  const value = compile(version.definition.value);
  const sample = compile(version.definition.sample);
  const additive = value.sides?.num.additive === true && value.sides.den.additive;
  const isAmount = value.sides !== null && value.sides.den.constant !== null;
  return {
    ...version,
    id: version.definition.id,
    value,
    sample,
    perUnit: perUnitOf(value, sample),
    additive,
    isAmount,
  };
}

function perUnitOf(value: Formula, sample: Formula): number | null {
  if (!value.sides || !sample.sides) return null;
  const { num: units, den: scale } = sample.sides;
  const below = value.sides.den;
  if (!units.additive || scale.constant === null) return null;
  if (below.text === units.text) return scale.constant;
  const factor = /^\((\d{1,12})\*/.exec(below.text)?.[1];
  return factor && scale.constant === 1 && below.text === `(${factor}*${units.text})` ? Number(factor) : null;
}
