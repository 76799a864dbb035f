import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';

test.beforeEach(async ({ page }) => {
  const { logins } = await (await page.request.get('/api/v1/demo')).json();
  const { email, password } = logins.find((one: { role: string }) => one.role === 'admin');
  await page.request.post('/api/v1/session', { data: { email, password } });
});

async function expectNoViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`)).toEqual([]);
}

test('a scorecard is made, read in its versions, and taken away from the role', async ({ page }) => {
  await page.goto('/admin/scorecards');
  await page.getByLabel('A scorecard for another role').selectOption('trainer');
  await page.getByRole('button', { name: 'Begin one' }).click();
  const card = page.getByRole('region', { name: 'Scorecard of the role trainer' });
  await card.getByLabel('Add a KPI').selectOption('quality');
  await card.getByRole('button', { name: 'Save the scorecard' }).click();
  await card.getByRole('button', { name: 'Versions of Scorecard of the role trainer' }).click();
  const versions = page.getByRole('dialog', { name: 'Versions: Scorecard of the role trainer' });
  await expect(versions.getByRole('listitem')).toContainText(['Holds now']);
  await expect(versions).toContainText(/said on .* by Noor Halvorsen/);
  await expectNoViolations(page);
  await page.keyboard.press('Escape');
  await card.getByRole('button', { name: 'Take it away: the scorecard of the role trainer' }).click();
  await page
    .getByRole('dialog', { name: 'Take the scorecard of the role trainer away?' })
    .getByRole('button', { name: 'Take it away' })
    .click();
  await expect(page.getByRole('status').filter({ hasText: 'is taken away' })).toBeVisible();
  await expect(card).toHaveCount(0);
  expect((await page.request.get('/api/v1/scorecards/trainer')).status()).toBe(404);
});

test('a file is tried, left, found again with what came of it, and brought in', async ({ page }) => {
  const at = Math.floor(Date.now() / 1000) - 7_200;
  const calls = Array.from({ length: 40 }, (_, n) => {
    const from = at + 60 * n;
    const line = (after: number, who: string, what: string) => `${from + after}|j${n}|journey|${who}|${what}`;
    return [
      line(0, 'NONE', 'ENTERQUEUE||1|1'),
      line(5, 'Journey/1', 'CONNECT|5|u|2'),
      line(9, 'Journey/1', 'COMPLETEAGENT|5|4|1'),
    ];
  });
  await page.goto('/admin/sources');
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({
      name: 'queue_log',
      mimeType: 'text/plain',
      buffer: Buffer.from(`${calls.flat().join('\n')}\nnonsense\n`),
    });
  await page.getByLabel('Which system is it from?').fill('journey-pbx');
  await page.getByLabel(/Make a person of every agent/).check();
  // a machine with too much to do refuses files first, and says so: whoever sends one asks again
  await expect(async () => {
    await page.getByRole('button', { name: 'Try it' }).click();
    await expect(page.getByRole('heading', { name: 'This is what would happen' })).toBeVisible();
    await page.getByRole('button', { name: 'Bring it in' }).click();
    await expect(page.getByRole('heading', { name: 'This is what happened' })).toBeVisible();
  }).toPass();
  await page.goto('/admin/people');
  await page.getByLabel('Find by name, team or e-mail').fill('Journey/1');
  await expect(page.getByRole('cell', { name: 'Journey/1', exact: true })).toBeVisible();
  await page.goto('/admin/sources');
  const recent = page.getByRole('region', { name: 'Files of the last hour' });
  await expect(recent.getByRole('listitem').filter({ hasText: 'Brought in' }).first()).toBeVisible();
  await recent.getByRole('button', { name: 'Show what became of queue_log' }).first().click();
  await expect(page.getByRole('status').filter({ hasText: '121 rows' })).toContainText('40');
  await expectNoViolations(page);
});
