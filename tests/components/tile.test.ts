import { expect, test, vi } from 'vitest';
import { type Locator, page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { KpiTile } from '../../src/lib/contract/performance.ts';
import Tile from '../../src/lib/game/Tile.svelte';
import Meter from '../../src/lib/ui/Meter.svelte';
import { handleTime } from './handle-time.ts';

const aht = handleTime;
const show = (change: Partial<KpiTile>, more = {}) =>
  render(Tile, { kpi: { ...aht, ...change }, at: new Date().toISOString(), ...more });

/** All that an element says, on one line. */
const told = (element: Locator) => expect.poll(() => element.element().textContent.replace(/\s+/g, ' '));

test('says the value, where it stands between its marks, how sure it is and how fresh', async () => {
  await show({});
  const tile = page.getByRole('article', { name: 'Average handle time' });
  await told(tile).toMatch(/4:12/);
  await told(tile).toMatch(/on target/);
  await told(tile).toMatch(/n 38/);
  await told(tile).toMatch(/3:51 to 4:33/);
  await expect
    .element(page.getByRole('img', { name: '4:12, on target. Passing 5:30, target 4:30, stretch 3:45' }))
    .toBeInTheDocument();
});

test('a provisional value is hatched and says how many more make it count', async () => {
  await show({
    id: 'csat',
    name: 'Satisfaction',
    unit: 'share',
    value: 0.83,
    sample: 6,
    minSample: 10,
    provisional: true,
    status: 'near',
    marks: { floor: 0.7, target: 0.85, stretch: 0.93 },
  });
  const tile = page.getByRole('article', { name: 'Satisfaction' });
  await told(tile).toMatch(/needs 4 more surveys/);
  await expect.element(tile).toHaveClass(/provisional/);
  await told(tile).not.toMatch(/near/);
});

test('one more is said in the singular', async () => {
  await show({ id: 'quality', name: 'Quality', sample: 1, minSample: 2, provisional: true });
  await told(page.getByRole('article', { name: 'Quality' })).toMatch(/needs 1 more evaluation/);
});

test('no value is a dash and a reason, never a zero', async () => {
  await show({ value: null, sample: 0, interval: null, attainment: null, status: null, scored: null });
  const tile = page.getByRole('article');
  await told(tile).toMatch(/–/);
  await told(tile).toMatch(/nothing to count yet/);
  await told(tile).not.toMatch(/0:00/);
});

test('a held value carries its shield and the guard that holds it', async () => {
  await show({ held: { guard: 'short_share', value: 0.171, bound: 0.05 } });
  await told(page.getByRole('article')).toMatch(/held: short calls 17\.1\s%.* above 5\s%/);
});

test('a lift is told in points of the score', async () => {
  await show({ status: 'near', lift: 2.1 });
  await told(page.getByRole('article')).toMatch(/\+2\.1 if your average handle time were at target/);
});

test('stale is said in words and looks changed', async () => {
  await show({}, { staleSince: Date.parse('2026-11-23T14:05:00Z') });
  const tile = page.getByRole('article');
  await told(tile).toMatch(/stale since 14:05/);
  await expect.element(tile).toHaveClass(/old/);
});

test('why? asks for the receipt of this KPI', async () => {
  const onwhy = vi.fn();
  await show({}, { onwhy });
  await page.getByRole('button', { name: 'Why is Average handle time 4:12?' }).click();
  expect(onwhy).toHaveBeenCalledWith('aht');
});

test('the meter puts its dot at the place and its labels at the marks', async () => {
  await render(Meter, { place: 0.75, marks: [{ at: 0.5, label: '80 %', strong: true }], label: '85 %', tone: 'red' });
  const meter = page.getByRole('img', { name: '85 %' });
  expect(meter.element().querySelector<HTMLElement>('.dot')?.style.left).toBe('75%');
  expect(meter.element().querySelector<HTMLElement>('.labels span')?.style.left).toBe('50%');
});

test('the meter of no value has marks and no dot', async () => {
  await render(Meter, { place: null, marks: [{ at: 0.5, label: '80 %' }], label: 'none', tone: 'red' });
  expect(page.getByRole('img', { name: 'none' }).element().querySelector('.dot')).toBeNull();
});

test('speaks of whose number it is: to oneself, or about somebody', async () => {
  await show({ lift: 4.2 });
  await expect.element(page.getByText('+4.2 if your average handle time were at target')).toBeVisible();
  await show({ lift: 4.2 }, { own: false });
  await expect.element(page.getByText('+4.2 if average handle time were at target')).toBeVisible();
});
