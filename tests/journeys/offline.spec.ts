import { expect, type Page, test } from '@playwright/test';

const SAID_WITHIN_MS = 10_000;
const BACK_WITHIN_MS = 3_000;
const SCREENS: [person: string, paths: string[]][] = [
  ['yara', ['/today', '/boards', '/me', '/badges', '/rewards', '/coaching']],
  ['filipa', ['/team', '/flags', '/grants', '/admin/targets', '/admin/sources']],
];

const live = (page: Page) => page.getByRole('banner').getByText('Live', { exact: true });

for (const [person, paths] of SCREENS)
  test(`without network every screen of ${person} says so, and is live again when it returns`, async ({ page }) => {
    test.setTimeout(120_000);
    const data = { email: `${person}@harbour-lights.example`, password: 'harbour-lights' };
    expect((await page.request.post('/api/v1/session', { data })).ok()).toBe(true);
    for (const path of paths) {
      await page.goto(path);
      await expect(live(page), path).toBeVisible();
      await page.context().setOffline(true);
      await expect(live(page), path).toBeHidden({ timeout: SAID_WITHIN_MS });
      await page.context().setOffline(false);
      await expect(live(page), path).toBeVisible({ timeout: BACK_WITHIN_MS });
    }
  });
