import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Charted } from '../../src/lib/game/days/days.ts';
import { charted, daysOf, lastDays, marksOf } from '../../src/lib/game/days/days.ts';
import LastDays from '../../src/lib/game/days/LastDays.svelte';

const aht: Charted = {
  ...{ id: 'aht', name: 'Average handle time', unit: 'ms', better: 'lower', weight: 3 },
  marks: { floor: 400_000, target: 300_000, stretch: 250_000 },
};
const trend = (kpi: string, values: (number | null)[]) => ({
  ...{ kpi, step: 'day' as const, from: '2026-02-12T00:00:00Z', values },
});
afterEach(() => vi.restoreAllMocks());

test('looks back over whole local days, also over a change of the clocks', () => {
  const { from, to } = lastDays(Date.parse('2026-04-02T21:30:00Z'), 'Europe/Lisbon');
  expect([from, to]).toEqual(['2026-03-06T00:00:00.000Z', '2026-04-02T23:00:00.000Z']);
  const days = daysOf({ from, values: Array(28).fill(1) }, 'Europe/Lisbon');
  expect(new Date(days[27]?.at ?? 0).toISOString()).toBe('2026-04-01T23:00:00.000Z');
});

test('knows the marks of any target, and which KPIs have a day', () => {
  expect(marksOf(aht.marks).map(({ name }) => name)).toEqual(['floor', 'target', 'stretch']);
  expect(marksOf({ low: 1, high: 2, tolerance: 1 }).map(({ name }) => name)).toEqual(['low', 'high']);
  expect(marksOf({ target: 1 })).toEqual([{ name: 'target', value: 1 }]);
  expect(marksOf(null)).toEqual([]);
  const csat = { ...aht, id: 'csat', weight: null };
  expect(charted([csat, aht], [trend('csat', [1]), trend('aht', [1])]).map(({ id }) => id)).toEqual(['aht', 'csat']);
  expect(charted([csat, aht], [])).toEqual([]);
});

test('draws the days and says them: as a sentence, as marks, and as a table', async () => {
  const values = [300_000, null, 280_000, 330_000];
  const fetched = vi
    .spyOn(window, 'fetch')
    .mockImplementation(async () => Response.json({ items: [trend('aht', values)] }));
  const { container } = await render(LastDays, { person: 'ana', kpis: [aht] });
  const chart = page.getByRole('img', { name: 'Average handle time, 3 days with a value: from 4:40 to 5:30' });
  await expect.element(chart).toBeVisible();
  await expect.poll(() => container.querySelectorAll('canvas').length).toBe(1);
  expect(String(fetched.mock.calls[0]?.[0])).toMatch(/^\/api\/v1\/people\/ana\/trends\?window=custom&from=/);
  await expect.element(page.getByText('passing 6:40')).toBeVisible();
  await page.getByText('As a table').click();
  await expect.element(page.getByRole('row').nth(1)).toMatchTextContent(/5:30$/);
  await expect.element(page.getByRole('row').nth(3)).toMatchTextContent(/–$/);
});

test('says that there is nothing yet', async () => {
  vi.spyOn(window, 'fetch').mockImplementation(async () => Response.json({ items: [] }));
  await render(LastDays, { person: 'ana', kpis: [aht] });
  await expect.element(page.getByText('No day has a value yet.')).toBeVisible();
});
