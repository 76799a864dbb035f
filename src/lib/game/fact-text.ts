import { decimals, duration, money, type Setting } from '../format.ts';

type FactText = { name: string; write(value: number, setting: Setting): string };

/** A fact in words: its name without its unit, and its value with it. */
export function factText(fact: string): FactText {
  if (fact.startsWith('pause_ms:')) return { name: `pause, ${fact.slice(9)}`, write: duration };
  if (fact.endsWith('_ms')) return { name: SPECIAL[fact] ?? spaced(fact.slice(0, -3)), write: duration };
  if (fact === 'sale_minor') return { name: 'sold for', write: money };
  return { name: SPECIAL[fact] ?? spaced(fact), write: (value, setting) => decimals(value, 6, setting) };
}

const SPECIAL: Record<string, string> = {
  csat_n: 'surveys',
  csat_top: 'satisfied',
  nps_n: 'NPS surveys',
  nps_promoters: 'promoters',
  nps_detractors: 'detractors',
  qa_points: 'quality points',
  qa_possible: 'points possible',
  qa_n: 'evaluations',
  qa_critical: 'critical errors',
  hold_n: 'holds',
  short: 'short calls',
  acw_ms: 'wrap-up',
};
const spaced = (fact: string) => fact.replaceAll('_', ' ');
