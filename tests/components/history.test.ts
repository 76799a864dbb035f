import { createRawSnippet } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import History from '../../src/routes/(office)/admin/History.svelte';
import { heldText, stateOf } from '../../src/routes/(office)/admin/history.ts';

const setting = { locale: 'en-GB', timeZone: 'UTC', currency: 'EUR' };
const NOW = Date.parse('2026-03-11T12:00:00Z');
const version = (more: object) => ({
  ...{ version: 1, effectiveFrom: null, until: null, saidAt: '2026-03-01T09:00:00Z', by: 'Noor' },
  ...more,
});
const content = createRawSnippet(() => ({ render: () => '<p>what it says</p>' }));
afterEach(() => vi.restoreAllMocks());

test.each([
  ['holds', {}],
  ['holds', { until: '2026-04-01T00:00:00Z' }],
  ['was', { until: '2026-03-11T12:00:00Z' }],
  ['coming', { effectiveFrom: '2026-03-12T00:00:00Z' }],
  ['never', { effectiveFrom: '2026-03-12T00:00:00Z', until: '2026-03-12T00:00:00Z' }],
])('a version %s: %o', (state, more) => {
  expect(stateOf(version(more), NOW)).toBe(state);
});

test('says from when until when it holds', () => {
  expect(heldText(version({}), setting)).toBe('From the beginning');
  expect(heldText(version({ until: '2026-03-12T08:00:00Z' }), setting)).toMatch(
    /^From the beginning until Thu,? 12 Mar/,
  );
});

test('shows the newest begin first, who said it, and an end as an end', async () => {
  const items = [
    version({ version: 0, saidAt: null, by: null, until: '2026-03-01T09:00:00Z' }),
    version({ version: 1, effectiveFrom: '2026-03-01T09:00:00Z', until: '2099-01-01T00:00:00Z' }),
    version({ version: 2, effectiveFrom: '2099-01-01T00:00:00Z', ended: true }),
  ];
  vi.spyOn(window, 'fetch').mockImplementation(async () => Response.json({ items, position: '1' }));
  await render(History, { path: 'scorecards/agent/versions', title: 'Versions', content });
  const rows = page.getByRole('dialog').getByRole('listitem');
  await expect.element(rows.nth(0)).toMatchTextContent(/To come.*Ended: from here on there is none/);
  await expect.element(rows.nth(1)).toMatchTextContent(/Holds now.*what it says.*by Noor/);
  await expect.element(rows.nth(2)).toMatchTextContent(/Held.*The house’s own/);
});

test('says what went wrong, and asks again', async () => {
  let calls = 0;
  vi.spyOn(window, 'fetch').mockImplementation(async () => {
    if (calls++ === 0) throw new Error('away');
    return Response.json({ items: [version({})], position: '1' });
  });
  await render(History, { path: 'kpis/aht/versions', title: 'Versions', content });
  await expect.element(page.getByRole('alert')).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.element(page.getByText('Holds now')).toBeVisible();
});
