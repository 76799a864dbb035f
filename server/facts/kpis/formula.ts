import type { FactSums } from '#contract/facts.ts';
import { type Bounds, type Place, parseFormula, type Test, type Tree } from './formula-tree.ts';
import {
  add,
  compare,
  divide,
  type Int,
  multiply,
  negative,
  plus,
  type Ratio,
  ratio,
  round,
  subtract,
  times,
} from './rational.ts';

/** A whole number out of facts; it always has a value. */
export type Whole = (sums: FactSums) => Int;

/** One side of a fraction. `text` is the same for the same tree; `additive` says that it sums over buckets and people. */
export type Side = { of: Whole; text: string; constant: number | null; additive: boolean };

export type Formula = {
  source: string;
  /** Names of the facts it reads, each once. */
  facts: readonly string[];
  /** The exact value; null when something is divided by zero. */
  ratio(sums: FactSums): Ratio | null;
  /** The value, rounded once to 6 decimals, half away from zero; null when it has none. */
  value(sums: FactSums): number | null;
  /** The source with the numbers in place of the facts. */
  filled(sums: FactSums): string;
  /** The formula as one whole number over another, where it is that; null else. */
  sides: { num: Side; den: Side } | null;
};

/** Compiles a formula to closures that calculate with exact fractions. Throws FormulaError (see parseFormula). */
export function compile(source: string, bounds?: Bounds): Formula {
  const { tree, places } = parseFormula(source, bounds);
  const sides = fractionOf(tree);
  const exact = sides ? overLine(sides) : exactOf(tree);
  return {
    source,
    facts: [...new Set(places.map((place) => place.name))],
    ratio: exact,
    value: (sums) => {
      const r = exact(sums);
      const value = r && round(r.num, r.den);
      return value !== null && Number.isFinite(value) ? value : null;
    },
    filled: (sums) => fill(source, places, sums),
    sides,
  };
}

/** A fact out of sums, 0 when absent. */
export function factOf(sums: FactSums, name: string): number {
  const sum = sums[name];
  return typeof sum === 'number' ? sum : 0;
}

type Exact = (sums: FactSums) => Ratio | null;

const ONE: Side = { of: () => 1, text: '1', constant: 1, additive: false };

function overLine({ num, den }: { num: Side; den: Side }): Exact {
  if (den.constant === 1) return (sums) => ({ num: num.of(sums), den: 1 });
  return (sums) => ratio(num.of(sums), den.of(sums));
}

/** Moves what stands above and below one line apart, as far as no division by zero could be lost by it. */
function fractionOf(tree: Tree): { num: Side; den: Side } | null {
  const whole = wholeOf(tree);
  if (whole) return { num: whole, den: ONE };
  if (tree.kind === 'number') return { num: constant(tree.value.num), den: constant(tree.value.den) };
  if (tree.kind !== 'sum') return null;
  const left = fractionOf(tree.left);
  const right = fractionOf(tree.right);
  if (!left || !right) return null;
  if (tree.op === '*') return { num: product(left.num, right.num), den: product(left.den, right.den) };
  if (tree.op === '/' && right.den === ONE) return { num: left.num, den: product(left.den, right.num) };
  return null;
}

function constant(value: Int): Side {
  return { of: () => value, text: String(value), constant: Number(value), additive: false };
}

function product(a: Side, b: Side): Side {
  if (a.constant === 1) return b;
  if (b.constant === 1) return a;
  return {
    of: (sums) => times(a.of(sums), b.of(sums)),
    text: `(${a.text}*${b.text})`,
    constant: a.constant !== null && b.constant !== null ? a.constant * b.constant : null,
    additive: (a.additive && b.constant !== null) || (b.additive && a.constant !== null),
  };
}

function wholeOf(tree: Tree): Side | null {
  switch (tree.kind) {
    case 'fact':
      return { of: (sums) => factOf(sums, tree.name), text: tree.name, constant: null, additive: true };
    case 'number':
      return tree.value.den === 1 ? constant(tree.value.num) : null;
    case 'minus':
      return wholeOfTwo('*', constant(-1), wholeOf(tree.of));
    case 'sum':
      return tree.op === '/' ? null : wholeOfTwo(tree.op, wholeOf(tree.left), wholeOf(tree.right));
    default:
      return null;
  }
}

function wholeOfTwo(op: '+' | '-' | '*', a: Side | null, b: Side | null): Side | null {
  if (!a || !b) return null;
  if (op === '*') return product(a, b);
  const [left, right] = [a.of, b.of];
  return {
    of: op === '+' ? (sums) => plus(left(sums), right(sums)) : (sums) => plus(left(sums), negative(right(sums))),
    text: `(${a.text}${op}${b.text})`,
    constant: null,
    additive: a.additive && b.additive,
  };
}

function exactOf(tree: Tree): Exact {
  switch (tree.kind) {
    case 'fact':
      return (sums) => ({ num: factOf(sums, tree.name), den: 1 });
    case 'number':
      return () => tree.value;
    case 'minus':
      return lifted(ZERO, exactOf(tree.of), subtract);
    case 'sum':
      return lifted(exactOf(tree.left), exactOf(tree.right), OPERATIONS[tree.op]);
    case 'extreme':
      return lifted(exactOf(tree.left), exactOf(tree.right), tree.op === 'min' ? smaller : larger);
    case 'choice':
      return chosen(tree);
  }
}

const ZERO: Exact = () => ({ num: 0, den: 1 });

const OPERATIONS = { '+': add, '-': subtract, '*': multiply, '/': divide };

const smaller = (a: Ratio, b: Ratio) => (compare(a, b) <= 0 ? a : b);
const larger = (a: Ratio, b: Ratio) => (compare(a, b) >= 0 ? a : b);

function lifted(left: Exact, right: Exact, operation: (a: Ratio, b: Ratio) => Ratio | null): Exact {
  return (sums) => {
    const a = left(sums);
    const b = a && right(sums);
    return a && b ? operation(a, b) : null;
  };
}

function chosen(tree: Tree & { kind: 'choice' }): Exact {
  const [left, right] = [exactOf(tree.test.left), exactOf(tree.test.right)];
  const [yes, no] = [exactOf(tree.yes), exactOf(tree.no)];
  const holds = COMPARISONS[tree.test.op];
  return (sums) => {
    const a = left(sums);
    const b = a && right(sums);
    if (!a || !b) return null;
    return holds(compare(a, b)) ? yes(sums) : no(sums);
  };
}

const COMPARISONS: Record<Test['op'], (order: number) => boolean> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function fill(source: string, places: readonly Place[], sums: FactSums): string {
  let text = '';
  let from = 0;
  for (const place of [...places].sort((a, b) => a.start - b.start)) {
    const value = factOf(sums, place.name);
    text += source.slice(from, place.start) + (value < 0 ? `(${value})` : value);
    from = place.end;
  }
  return text + source.slice(from);
}
