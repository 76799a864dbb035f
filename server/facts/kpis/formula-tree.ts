import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { decimal, type Ratio } from './rational.ts';

/** What a formula may be made of: facts, numbers, the four operations, a choice, the smaller or larger of two. */
export type Tree =
  | { kind: 'fact'; name: string }
  | { kind: 'number'; value: Ratio }
  | { kind: 'minus'; of: Tree }
  | { kind: 'sum'; op: '+' | '-' | '*' | '/'; left: Tree; right: Tree }
  | { kind: 'extreme'; op: 'min' | 'max'; left: Tree; right: Tree }
  | { kind: 'choice'; test: Test; yes: Tree; no: Tree };
export type Test = { op: '==' | '!=' | '<' | '<=' | '>' | '>='; left: Tree; right: Tree };

/** Where a fact stands in the source text. */
export type Place = { name: string; start: number; end: number };

/** A formula that cannot be taken, with the reason in words for whoever wrote it. */
export class FormulaError extends Error {
  override name = 'FormulaError';
}

/** Bounds of a formula: characters, nodes and depth of the syntax tree. */
export const FORMULA_LIMITS = { length: 500, nodes: 120, depth: 16 } as const;

/**
 * Reads CEL and keeps only arithmetic over facts. Calls other than min and max of two, text, lists, maps, members and
 * indexes are refused by name. Throws FormulaError.
 */
export function parseFormula(source: string, bounds: Bounds = GIVEN): { tree: Tree; places: Place[] } {
  if (source.length > bounds.length) refuse(`a formula has at most ${bounds.length} characters`);
  const places: Place[] = [];
  const tree = treeOf(astOf(source, bounds.cel), { source, places, digits: bounds.digits });
  return { tree, places };
}

type Reading = { source: string; places: Place[]; digits: RegExp };

/** What a text may be: one that somebody gave, or our own arithmetic with numbers filled in. */
export type Bounds = { length: number; cel: Environment; digits: RegExp };

const GIVEN: Bounds = {
  length: FORMULA_LIMITS.length,
  cel: new Environment({
    limits: { maxAstNodes: FORMULA_LIMITS.nodes, maxDepth: FORMULA_LIMITS.depth, maxCallArguments: 2 },
  }),
  digits: /^(\d{1,12}|\d{1,9}\.\d{1,6})$/,
};

/** Bounds of arithmetic that the house wrote itself. */
export const FILLED: Bounds = {
  length: 100_000,
  cel: new Environment({ limits: { maxAstNodes: 20_000, maxDepth: 100, maxCallArguments: 2 } }),
  digits: /^\d{1,16}(\.\d{1,6})?$/,
};

function astOf(source: string, cel: Environment): ASTNode {
  try {
    return cel.parse(source).ast;
  } catch (error) {
    const [reason = 'it cannot be read'] = String((error as Error).message).split('\n');
    return refuse(`not a formula: ${reason}`);
  }
}

function treeOf(node: ASTNode, reading: Reading): Tree {
  switch (node.op) {
    case 'id':
      return fact(node.args, node, reading);
    case 'value':
      return number(reading.source.slice(node.start, node.end), reading.digits);
    case '-_':
      return { kind: 'minus', of: treeOf(node.args, reading) };
    case '+':
    case '-':
    case '*':
    case '/':
      return { kind: 'sum', op: node.op, ...both(node.args, reading) };
    case '?:':
      return choice(node.args, reading);
    case 'call':
      return extreme(node.args, reading);
    default:
      return refuse(NAMED[node.op] ?? `"${node.op}" is not allowed here`);
  }
}

const NAMED: Record<string, string> = {
  '.': 'members of a value are not allowed, only facts by name',
  '.?': 'members of a value are not allowed, only facts by name',
  '[]': 'indexes are not allowed',
  '[?]': 'indexes are not allowed',
  list: 'lists are not allowed',
  map: 'maps are not allowed',
  rcall: 'functions of a value are not allowed',
  '%': 'the remainder is not allowed',
};

function both(args: readonly [ASTNode, ASTNode], reading: Reading): { left: Tree; right: Tree } {
  return { left: treeOf(args[0], reading), right: treeOf(args[1], reading) };
}

function fact(name: string, at: { start: number; end: number }, reading: Reading): Tree {
  if (!/^[a-z][a-z0-9_]{0,47}$/.test(name) || name in Object.prototype)
    refuse(`"${name.slice(0, 60)}" is not the name of a fact`);
  reading.places.push({ name, start: at.start, end: at.end });
  return { kind: 'fact', name };
}

function number(text: string, digits: RegExp): Tree {
  if (!digits.test(text)) {
    refuse(
      `"${text.slice(0, 40)}" is not allowed: numbers have at most 12 digits, or 9 and 6 decimals, and no exponent`,
    );
  }
  return { kind: 'number', value: decimal(Number(text)) };
}

function extreme([name, args]: [string, ASTNode[]], reading: Reading): Tree {
  if (name !== 'min' && name !== 'max') refuse(`the function "${name.slice(0, 60)}" is not allowed`);
  const [left, right] = args;
  if (!left || !right || args.length !== 2) return refuse(`${name} takes two values`);
  return { kind: 'extreme', op: name as 'min' | 'max', ...both([left, right], reading) };
}

const TESTS = new Set<string>(['==', '!=', '<', '<=', '>', '>=']);

function choice([test, yes, no]: [ASTNode, ASTNode, ASTNode], reading: Reading): Tree {
  if (!TESTS.has(test.op)) refuse('the condition of "? :" must compare two values');
  const pair = both(test.args as [ASTNode, ASTNode], reading);
  return {
    kind: 'choice',
    test: { op: test.op as Test['op'], ...pair },
    yes: treeOf(yes, reading),
    no: treeOf(no, reading),
  };
}

function refuse(reason: string): never {
  throw new FormulaError(reason);
}
