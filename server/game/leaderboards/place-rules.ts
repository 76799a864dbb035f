import type { Receipt } from '#contract/receipts.ts';
import { gapBetween, type Line, mayRank } from './rules.ts';

/** A row of a board with its place: the line of the next better rank, and the rank in the window before. */
export type Placed = {
  name: string;
  line: Line;
  rank: number | null;
  of: number;
  better: Line | null;
  before: number | null;
};

type Step = Receipt['steps'][number];

/** Rank, gap and movement with the numbers filled in; nothing where there is no rank. */
export function placeSteps({ line, rank, better, before }: Placed): Step[] {
  if (rank === null) return [];
  const gap = gapBetween(better, line);
  const [a, b] = [write(better?.scored ?? 0), write(line.scored ?? 0)];
  return [
    step('Rank', '1 + how many stand before', { filled: `1 + ${rank - 1}`, result: rank }),
    ...(gap === null
      ? []
      : [
          step('Gap to the next better rank', 'distance of the scored values', {
            filled: `max(${a} - ${b}, ${b} - ${a})`,
            result: gap,
            digits: 6,
          }),
        ]),
    ...(before === null
      ? []
      : [step('Movement', 'rank before - rank', { filled: `${before} - ${rank}`, result: before - rank })]),
  ];
}

/** What the board makes of a KPI: how much it improved on the window before, or which share of its target is attained. */
export function valueSteps(kind: string, of: { why: readonly Step[]; before: readonly Step[] }): Step[] {
  if (kind === 'to_target') {
    const attained = of.why.find(({ label }) => label.startsWith('Attainment'))?.result ?? null;
    if (attained === null) return [];
    const shared = { filled: `${attained} / 1000`, result: attained / 1000, digits: 6 as const };
    return [step('Share of the target', 'attainment / 1000', shared)];
  }
  const [now, then] = [scored(of.why), scored(of.before)];
  if (kind !== 'improved' || !now || !then) return [];
  const [a, b] = [now.result ?? 0, then.result ?? 0];
  const gained = { filled: `max(${write(a)} - ${write(b)}, ${write(b)} - ${write(a)})`, digits: 6 as const };
  return [
    { ...then, label: 'Scored value in the window before' },
    step('Distance from the window before', 'distance of the scored values', {
      ...gained,
      result: Math.round(Math.abs(a - b) * 1e6) / 1e6,
    }),
  ];
}

/** What was earned, movement by movement. */
export const earnedStep = (amounts: readonly number[]): Step =>
  step('Points earned', 'sum of the movements', {
    filled: amounts.map(write).join(' + ') || '0',
    result: amounts.reduce((sum, amount) => sum + amount, 0),
  });

/** The place in words, or why there is none. */
export function placeSentence({ name, line, rank, of }: Placed): string {
  if (rank !== null)
    return `${name} has rank ${rank} of ${of}: by the scored value, then the larger sample, then the earlier last quarter of an hour, then the id.`;
  if (line.held) return `${name} has no rank: ${line.held.guard} is beyond its bound, and a person has to look first.`;
  return mayRank(line) ? `${name} has no rank.` : `${name} has no rank yet: there is too little to rank by.`;
}

const scored = (steps: readonly Step[]) => steps.find(({ label }) => label === 'Scored value');

type Filled = { filled: string; result: number; digits?: 0 | 6 };
const step = (label: string, formula: string, { filled, result, digits = 0 }: Filled): Step => ({
  ...{ label, formula, filled, result, digits },
});
const write = (value: number): string => (value < 0 ? `(${value})` : String(value));
