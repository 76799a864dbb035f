import type { Flag } from '#contract/coaching.ts';
import type { Receipt, ReceiptTest } from '#contract/receipts.ts';
import { said } from '#server/attainment/receipts/sentences.ts';
import { testOf } from '#server/attainment/receipts/tests.ts';
import { missing } from '#server/foundation/refusals.ts';
import type { Ground } from '#server/log/ground.ts';
import { BARE, listed, ownEvents, type ReceiptAsked, type ReceiptWriter } from '#server/log/receipt.ts';
import { EFFECT_DAYS, effectOf } from './effect.ts';
import { K, N, type Tested } from './rules.ts';
import { type FlagRow, flagRow, type PlanRow, planRow } from './store.ts';
import { presentFlags, presentPlans, shownBy } from './views.ts';

/** Why somebody was flagged: every window with its test, and what was decided since. */
export const flagReceipt: ReceiptWriter = {
  noun: 'flag',
  write: async (ground, orgId, asked) => {
    const row = await flagRow(ground.db.of(orgId), orgId, asked.measure.slice('flag:'.length));
    if (!row || asked.subject !== `person:${row.person}`) throw missing('This person has no such flag.');
    const by = await shownBy(ground.db.of(orgId), orgId, ground.clock.now());
    const [flag] = (await presentFlags(by, [row])) as [Flag];
    const { currency } = by.roster.organisation;
    const say = (value: number) => said(value, flag.kpi.unit, currency);
    const { definition, target } = row.about;
    return {
      ...BARE,
      ...headOf(asked),
      window: windowOf(row.evidence),
      value: row.evidence.filter(({ beyond }) => beyond).length,
      sentence: sentenceOf(flag, row, say),
      definition: { id: row.kpi, version: definition.version, text: `${definition.text}. ${RULE}` },
      target: { version: target.version, of: target.of, marks: target.marks },
      sample: row.evidence.reduce((sum, { sample }) => sum + sample, 0),
      steps: stepsOf(row, say),
      tests: testsOf(row, say),
      ...listed(await ownEvents(ground.db.of(orgId), orgId, idsOfFlag(row))),
    };
  },
};

/** How a follow-up came about and what became of it. */
export const coachingReceipt: ReceiptWriter = {
  noun: 'coaching',
  write: async (ground, orgId, asked) => {
    const row = await planRow(ground.db.of(orgId), orgId, asked.measure.slice('coaching:'.length));
    if (!row || asked.subject !== `person:${row.person}`) throw missing('This person has no such follow-up.');
    const by = await shownBy(ground.db.of(orgId), orgId, ground.clock.now());
    const [plan] = await presentPlans(by, [row]);
    const seen = row.acknowledgedAt === null ? 'not acknowledged yet' : 'acknowledged';
    const at = new Date(row.launchedAt).toISOString();
    return {
      ...BARE,
      ...headOf(asked),
      window: { name: 'custom', from: at, to: at },
      ...(await changed(ground, orgId, row)),
      sentence: `${plan?.by.name} started this follow-up on ${plan?.kpi.name.toLowerCase()} with ${plan?.person.name}, due ${row.dueOn}; it is ${row.state}, ${seen}.`,
      ...listed(await ownEvents(ground.db.of(orgId), orgId, idsOfPlan(row))),
    };
  },
};

/** What the coached KPI was before and is since, and the difference; no number while one of the two is missing. */
async function changed({ db, clock }: Ground, orgId: number, plan: PlanRow): Promise<Pick<Receipt, 'value' | 'steps'>> {
  const effect = await effectOf(db.of(orgId), orgId, { plan, now: clock.now() });
  const before = effect?.before.value ?? null;
  const since = effect?.since.value ?? null;
  if (before === null || since === null) return { value: null, steps: [] };
  const value = Math.round((since - before) * 1e6) / 1e6;
  const filled = `${decimal(since)} - ${decimal(before)}`;
  const label = `Change in ${EFFECT_DAYS} days before and since, over ${effect?.before.sample} and ${effect?.since.sample}`;
  return { value, steps: [{ label, formula: 'since - before', filled, result: value, digits: 6 }] };
}

const headOf = ({ subject, measure, position }: ReceiptAsked) => ({ subject, measure, position });

const RULE = `Flagged when at least ${K} of the last ${N} windows with enough sample lie beyond the mark: a share by the exact one-sided test at p <= 0.025, anything else when its 95 % interval lies wholly beyond.`;

type Say = (value: number) => string;

function sentenceOf({ person, kpi }: Flag, { evidence, grain }: FlagRow, say: Say): string {
  const beyond = evidence.filter((window) => window.beyond);
  const mark = beyond.at(-1)?.mark ?? evidence.at(-1)?.mark ?? 0;
  const name = kpi.name.charAt(0).toLowerCase() + kpi.name.slice(1);
  return `Look here: ${person.name}, ${name}, was beyond ${say(mark)} in ${beyond.length} of ${evidence.length} ${grain}s with enough sample.`;
}

const windowOf = (evidence: readonly Tested[]): Receipt['window'] => ({
  name: 'custom',
  from: new Date(evidence[0]?.from ?? 0).toISOString(),
  to: new Date(evidence.at(-1)?.to ?? 0).toISOString(),
});

/** Every test as a subtraction that is above zero where the window counts, and at last how many count. */
function stepsOf({ evidence }: FlagRow, say: Say): Receipt['steps'] {
  const tests = evidence.map((window) => {
    const { formula, parts } = distanceOf(window);
    const label = labelOf(window, say);
    const result = Math.round((parts[0] - parts[1]) * 1e6) / 1e6;
    return { label, formula, filled: `${decimal(parts[0])} - ${decimal(parts[1])}`, result, digits: 6 as const };
  });
  const ones = evidence.map(({ beyond }) => (beyond ? 1 : 0));
  const sum = ones.reduce<number>((total, one) => total + one, 0);
  const label = `Windows beyond the mark (at least ${K})`;
  return [...tests, { label, formula: 'sum of the windows beyond', filled: ones.join(' + '), result: sum, digits: 0 }];
}

function distanceOf({ p, interval, mark, value }: Tested): { formula: string; parts: [number, number] } {
  if (p !== null) return { formula: '0.025 - p (exact, one-sided)', parts: [0.025, p] };
  const [low, high] = interval ?? [value, value];
  return value > mark
    ? { formula: 'lower end of the interval - mark', parts: [low, mark] }
    : { formula: 'mark - upper end of the interval', parts: [mark, high] };
}

/** Every window with its test, to be done again; what was booked before sides and counts were kept has only its steps. */
function testsOf({ kpi, evidence }: FlagRow, say: Say): ReceiptTest[] {
  return evidence.flatMap(({ side, count, interval, mark, ...window }) => {
    if (!side || (window.p !== null && !count)) return [];
    const about = { of: 'window', kpi, label: labelOf({ ...window, interval, mark }, say), side, mark } as const;
    return [testOf(about, count ? { count } : { interval })];
  });
}

const labelOf = ({ to, value, sample, mark }: Tested, say: Say): string =>
  `${new Date(to - 1).toISOString().slice(0, 10)}: ${say(value)} over ${sample}, mark ${say(mark)}`;

const decimal = (value: number): string => {
  const text = Number.isInteger(value) ? String(value) : value.toFixed(6);
  return value < 0 ? `(${text})` : text;
};

const idsOfFlag = ({ id, evidence, answers, state }: FlagRow): string[] => [
  `flag:opened:${id}`,
  ...evidence.map(({ from }) => `flag:joined:${id}:${from}`),
  ...Array.from({ length: answers }, (_, at) => `flag:answered:${id}:${at + 1}`),
  ...(state === 'closed' ? [`flag:closed:${id}`] : []),
];

const idsOfPlan = ({ id }: PlanRow): string[] =>
  ['launched', 'acknowledged', 'settled'].map((verb) => `coaching:${verb}:${id}`);
