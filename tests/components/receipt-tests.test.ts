import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { ReceiptTest } from '../../src/lib/contract/receipts.ts';
import ReceiptTests from '../../src/lib/game/ReceiptTests.svelte';

const share: ReceiptTest = {
  of: 'guard',
  kpi: 'short_share',
  label: 'Share of short contacts',
  side: 'above',
  mark: 0.05,
  exact: { successes: 6, n: 38, chance: 0.05, p: 0.011_842 },
  interval: null,
  formula: 'P(X >= count) = sum of C(n, k) * chance^k * (1 - chance)^(n - k)',
  filled: 'sum over k = 6 to 38 of C(38, k) * 0.05^k * (1 - 0.05)^(38 - k)',
  speaks: true,
};

test('a test tells its count, the chance at the mark, p, and what follows', async () => {
  await render(ReceiptTests, { tests: [share] });
  await expect.element(page.getByText('Guard: Share of short contacts')).toBeVisible();
  await expect.element(page.getByText(/^6 of 38; at the mark, each has a chance of 5/)).toBeVisible();
  await expect.element(page.getByText('p = 0.011842')).toBeVisible();
  await expect.element(page.getByText('Beyond: p is at most 0.025')).toBeVisible();
});

test('a test by interval says where it lies, and too few data that nothing is judged', async () => {
  const wide = {
    ...share,
    of: 'gate' as const,
    exact: null,
    interval: [1, 2] as [number, number],
    filled: '1 > 3',
    speaks: false,
  };
  const none = { ...wide, interval: null };
  await render(ReceiptTests, { tests: [wide, none] });
  await expect.element(page.getByText('Not beyond: the interval is not wholly there')).toBeVisible();
  await expect.element(page.getByText('Too few data: nothing is judged')).toBeVisible();
});
