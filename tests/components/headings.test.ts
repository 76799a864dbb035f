import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { BoardEntry, BoardView } from '../../src/lib/contract/boards.ts';
import type { KpiTile, Performance } from '../../src/lib/contract/performance.ts';
import Today from '../../src/routes/(floor)/today/+page.svelte';
import { handleTime } from './handle-time.ts';

const span = { name: 'day', from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' } as const;
const aht: KpiTile = { ...handleTime, weight: 100 };
const beside: KpiTile = { ...aht, id: 'hold', name: 'Hold time', weight: null };
const untold: KpiTile = {
  ...aht,
  value: null,
  sample: 0,
  interval: null,
  scored: null,
  attainment: null,
  status: null,
};
const none: Performance = {
  subject: 'person:ana',
  name: 'Ana',
  window: span,
  position: '7',
  facts: {},
  kpis: [untold],
  score: null,
  eligible: false,
  gates: [],
  sources: [],
};
const me: BoardEntry = {
  ...{ rank: null, subject: 'person:ana', name: 'Ana', team: 'Vega', value: 96, scored: 96, sample: 38 },
  ...{ interval: null, movement: null, gap: null, provisional: false, held: null },
};
const benchmark: BoardView = {
  board: 'score',
  about: {
    ...{ measure: 'score', name: 'Score', unit: 'score', better: 'higher' },
    ...{ mode: 'benchmark', scope: 'org', subjectKind: 'person' },
  },
  window: span,
  position: '7',
  entries: [],
  total: 1,
  me,
  benchmark: { target: 100, best: 104, peerAverage: 92, peers: 12 },
  next: null,
};
const ranked: BoardView = { ...benchmark, entries: [{ ...me, rank: 1 }], me: { ...me, rank: 1 } };
const today = (view: Partial<Performance>, standing: BoardView | null) => ({
  data: {
    person: { id: 'ana', name: 'Ana', teamName: 'Vega' },
    windows: ['day', 'week'],
    window: 'day',
    performance: { ...none, ...view },
    standing,
    wallet: { person: 'ana', balance: 0, earnedToday: 0, earnedThisWeek: 0, items: [], next: null, position: '7' },
    badges: { person: 'ana', items: [], position: '7' },
    readAt: span.to,
    trends: [],
  },
});

/** Every step down the page's headings that leaves a level out, as `h1 > h3`. */
function jumps(): string[] {
  const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(({ tagName }) => Number(tagName[1]));
  return levels.flatMap((level, i) => (level > (levels[i - 1] ?? 0) + 1 ? [`h${levels[i - 1] ?? 0} > h${level}`] : []));
}

test.each([
  ['nothing counted yet', today({}, null)],
  ['no KPI at all', today({ kpis: [] }, null)],
  ['values without a score or a standing', today({ kpis: [aht] }, null)],
  ['values of nobody’s card', today({ kpis: [beside] }, benchmark)],
  ['a score beside a benchmark', today({ kpis: [aht, beside], score: 96, eligible: true }, benchmark)],
  ['a score and a place', today({ kpis: [aht, beside], score: 96 }, ranked)],
])('the headings of a day leave no level out: %s', async (_, props) => {
  // @ts-expect-error the layout's part of the data is not read here
  await render(Today, props);
  await expect.element(page.getByRole('heading', { level: 1 })).toBeInTheDocument();
  expect(jumps()).toEqual([]);
  for (const more of document.querySelectorAll('details')) more.open = true;
  await expect
    .poll(() => document.querySelectorAll('article').length)
    .toBe(props.data.performance.kpis.filter((kpi) => kpi.value !== null).length);
  expect(jumps()).toEqual([]);
});
