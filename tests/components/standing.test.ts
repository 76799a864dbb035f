import { expect, test } from 'vitest';
import { type Locator, page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { BoardEntry, BoardView } from '../../src/lib/contract/boards.ts';
import Standing from '../../src/lib/game/Standing.svelte';
import { merge } from '../../src/lib/live/merge.ts';

const row = (id: string, rank: number | null, value: number, more: Partial<BoardEntry> = {}): BoardEntry => ({
  ...{
    subject: `person:${id}`,
    name: id.toUpperCase(),
    rank,
    value,
    scored: value,
    team: 'Vega',
    sample: 30,
    interval: null,
  },
  ...{ movement: 0, gap: null, provisional: false, held: null, ...more },
});
const view: BoardView = {
  board: 'aht',
  about: {
    measure: 'aht',
    name: 'Handle time',
    unit: 'ms',
    better: 'lower',
    mode: 'full',
    scope: 'org',
    subjectKind: 'person',
  },
  window: { name: 'day', from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' },
  position: '7',
  entries: [row('ada', 1, 200_000, { movement: 2 }), row('ben', 2, 240_000), row('cleo', 2, 240_000)],
  total: 3,
  me: null,
  benchmark: null,
  next: null,
};
/** All that an element says, on one line. */
const told = (element: Locator) => expect.poll(() => element.element().textContent.replace(/\s+/g, ' '));
const names = () => [...document.querySelectorAll('.name')].map((name) => name.firstChild?.textContent?.trim());

test('lists places, ties and movement in words', async () => {
  await render(Standing, { view, meSubject: null, mark: 250_000 });
  const rows = page.getByRole('listitem');
  await told(rows.nth(0)).toMatch(/Place 1/);
  await told(rows.nth(0)).toMatch(/up 2/);
  await told(rows.nth(1)).toMatch(/tied/);
  await told(rows.nth(0)).not.toMatch(/tied/);
});

test('a held row stands apart, without a place, and says why', async () => {
  const held = row('moriah', null, 100_000, { held: { guard: 'short_share', value: 0.171, bound: 0.05 } });
  await render(Standing, { view: { ...view, entries: [...view.entries, held] }, meSubject: null });
  await expect.element(page.getByRole('heading', { name: 'Held back by a guard' })).toBeInTheDocument();
  await told(page.getByRole('listitem').nth(3)).toMatch(/held: short calls 17\.1\s% is above 5\s%/);
});

test('oneself is marked, and pinned when the list does not show one', async () => {
  const me = row('mara', 40, 300_000);
  await render(Standing, { view: { ...view, me }, meSubject: 'person:mara' });
  await told(page.getByRole('region', { name: 'Your place' })).toMatch(/MARA\s*you/);
});

test('follows a delta: rows move, nothing is drawn twice', async () => {
  const screen = await render(Standing, { view, meSubject: null });
  expect(names()).toEqual(['ADA', 'BEN', 'CLEO']);
  const delta = {
    entries: { 'person:cleo': { rank: 1, value: 190_000 }, 'person:ada': { rank: 2 } },
    order: ['person:cleo', 'person:ada', 'person:ben'],
  };
  await screen.rerender({ view: merge(view, delta) as BoardView });
  expect(names()).toEqual(['CLEO', 'ADA', 'BEN']);
});
