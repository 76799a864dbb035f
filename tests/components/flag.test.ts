import { expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Flag } from '../../src/lib/contract/coaching.ts';
import FlagPanel from '../../src/routes/(desk)/flags/FlagPanel.svelte';

const window = (day: number, beyond: boolean) => ({
  window: 'day' as const,
  from: `2026-11-${day}T00:00:00Z`,
  to: `2026-11-${day + 1}T00:00:00Z`,
  value: beyond ? 0.4 : 0.1,
  sample: 40,
  interval: [0.05, 0.5] as [number, number],
  mark: 0.2,
  p: beyond ? 0.0002 : 0.4,
  beyond,
});
const flag: Flag = {
  id: 'ana.transfer_rate.day1',
  person: { id: 'ana', name: 'Ana Lind', team: 'red' },
  kpi: { id: 'transfer_rate', name: 'Transfer rate', unit: 'share', better: 'lower' },
  rule: 'a',
  openedAt: '2026-11-23T00:15:00Z',
  state: 'open',
  closed: null,
  evidence: [window(20, true), window(21, false), window(22, true)],
  guardOf: null,
  gain: 6.5,
  answer: null,
  plan: null,
  receipt: 'flag:ana.transfer_rate.day1',
};
const show = (change: Partial<Flag> = {}) => {
  const told = { oncoach: vi.fn(), onchanged: vi.fn(), onwhy: vi.fn() };
  render(FlagPanel, { flag: { ...flag, ...change }, ...told });
  return told;
};

test('says first what is seen, then each window with sample, p and mark', async () => {
  show();
  const words = page.getByRole('article', { name: 'Ana Lind' });
  const told = expect.poll(() => words.element().textContent.replace(/\s+/g, ' '));
  await told.toMatch(/Ana Lind: transfer rate was beyond 20 % in 2 of the last 3 days/);
  expect(words.element().textContent).toMatch(/p < 0\.001/);
  await expect.element(page.getByRole('img', { name: /40\s%.*mark 20\s%, beyond/ }).first()).toBeInTheDocument();
  expect(document.body.textContent).not.toMatch(/underperform/i);
});

test('starts coaching and opens the receipt', async () => {
  const told = show();
  await page.getByRole('button', { name: 'Start coaching' }).click();
  await page.getByRole('button', { name: 'why?' }).click();
  expect(told.oncoach).toHaveBeenCalledOnce();
  expect(told.onwhy).toHaveBeenCalledOnce();
});

test('what the person answers is text, and an open follow-up takes the place of the button', async () => {
  show({ answer: '<b>new tool</b>', plan: { id: 'p', state: 'open', dueOn: '2026-12-01' } });
  await expect.element(page.getByText('<b>new tool</b>')).toBeInTheDocument();
  expect(page.getByRole('button', { name: 'Start coaching' }).elements()).toHaveLength(0);
});
