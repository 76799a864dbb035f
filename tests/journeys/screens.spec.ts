import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import axe from 'axe-core';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

type Login = { email: string; name: string; role: string; password: string };

/** Signs in by the form, as the first demo person of a role. */
async function enter(page: Page, role: string): Promise<Login> {
  const { logins } = (await (await page.request.get('/api/v1/demo')).json()) as { logins: Login[] };
  const login = logins.find((one) => one.role === role);
  if (!login) throw new Error(`the demo has nobody with the role ${role}`);
  await page.goto('/login');
  await page.getByLabel('E-mail').fill(login.email);
  await page.getByLabel('Password').fill(login.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).not.toHaveURL(/login/);
  return login;
}

async function expectNoViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`)).toEqual([]);
}

test('whoever is not signed in is asked to, and comes back to where they wanted to go', async ({ page }) => {
  await page.goto('/boards?board=aht');
  await expect(page).toHaveURL(/\/login\?to=/);
  await expect(page.getByRole('heading', { name: 'Good to see you' })).toBeVisible();
});

test('a wrong password is told kindly and keeps the e-mail', async ({ page }) => {
  await page.goto('/login');
  await page.getByLabel('E-mail').fill('nobody@example.com');
  await page.getByLabel('Password').fill('not this one');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('do not belong together');
  await expect(page.getByLabel('E-mail')).toHaveValue('nobody@example.com');
});

test('an agent sees the week live, and each number with its receipt', async ({ page }) => {
  await enter(page, 'agent');
  await expect(page).toHaveURL(/today/);
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Window' }).getByRole('link', { name: 'Month' }).click();
  await expect(page).toHaveURL(/window=month/);
  await page.getByRole('button', { name: /^Why is Score/ }).click();
  const receipt = page.getByRole('dialog', { name: 'Receipt' });
  await expect(receipt.getByText('The arithmetic')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(receipt).toBeHidden();
});

test('boards: a manager ranks a speed KPI over the month and looks back', async ({ page }) => {
  await enter(page, 'manager');
  await expect(page).toHaveURL(/boards/);
  await page.goto('/boards?board=aht&window=month');
  await expect(page.getByRole('listitem').first()).toContainText('Place 1');
  await page.goto('/boards?board=aht&window=month&at=1999-01-15');
  await expect(page.getByText(/Jan.* 1999/)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Nobody is on this board yet' })).toBeVisible();
});

test('a link to a new password leaves the address at once, survives a reload, and works once', async ({
  page,
  browser,
}) => {
  await enter(page, 'admin');
  const { url } = await (await page.request.post('/api/v1/people/xavier/reset')).json();
  const guest = await (await browser.newContext()).newPage();
  await guest.goto(url);
  await expect(guest).toHaveURL(/\/invitation$/);
  await guest.reload();
  await expect(guest.getByLabel('E-mail')).toHaveValue(/^xavier@/);
  await guest.locator('input[name=password]').fill('a lamp over the quiet harbour');
  await guest.getByRole('button').click();
  await expect(guest).toHaveURL(/\/today/);
  await guest.goto(url);
  await expect(guest.locator('input[name=password]')).toHaveCount(0);
});

test('signing out ends the session', async ({ page }) => {
  await enter(page, 'agent');
  await page.locator('summary', { hasText: 'Account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/login/);
  await page.goto('/today');
  await expect(page).toHaveURL(/login/);
});

test('a screen with a device token becomes a wallboard and stays one', async ({ page, context }) => {
  await enter(page, 'admin');
  const device = (await (await page.request.post('/api/v1/devices', { data: { name: 'Journey wall' } })).json()) as {
    token: string;
  };
  await context.clearCookies();
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto('/wallboard');
  await page.getByRole('button', { name: 'Paste a device token instead' }).click();
  await page.getByLabel('Device token').fill(device.token);
  await page.getByRole('button', { name: 'Light it up' }).click();
  await expect(page.getByText(/^as of/)).toBeVisible();
  expect(page.url()).not.toContain(device.token);
  await page.reload();
  await expect(page.getByText(/^as of/)).toBeVisible();
  await expectNoViolations(page);
});

/** Every page, by who goes there. */
const PAGES: Record<string, string[]> = {
  nobody: ['/login'],
  agent: [
    ...['/today', '/today?window=month', '/boards', '/boards?board=aht', '/boards?board=points', '/badges', '/rewards'],
    ...['/me', '/coaching', '/account', '/help/kpis', '/nowhere', '/team', '/flags'],
  ],
  supervisor: ['/team', '/team?window=month', '/flags', '/coaching', '/grants', '/admin/devices'],
  manager: ['/team', '/team/beatriz', '/boards?board=aht&window=month', '/flags'],
  executive: ['/team', '/boards', '/account', '/help/kpis'],
  quality: ['/boards', '/account', '/help/kpis'],
  trainer: ['/boards', '/account', '/help/kpis'],
  admin: [
    ...['/admin/people', '/admin/devices', '/admin/keys', '/admin/organisation', '/admin/rewards'],
    ...['/admin/sources', '/admin/agents', '/admin/kpis', '/admin/targets', '/admin/scorecards'],
    ...['/admin/audit', '/admin/audit?view=looks', '/admin/audit?view=looks&who=yara'],
  ],
};
const LIGHTS = ['light', 'dark'] as const;
const WIDTHS = [390, 1440];

/** Signs in without the form: its own journey is above. */
async function enterAtOnce(page: Page, role: string): Promise<void> {
  const { logins } = (await (await page.request.get('/api/v1/demo')).json()) as { logins: Login[] };
  const { email, password } = logins.find((one) => one.role === role) as Login;
  expect((await page.request.post('/api/v1/session', { data: { email, password } })).ok()).toBe(true);
}

/** What axe finds on the page as it stands, in this light and at this width; the page is not loaded again for it. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(() => new Promise(requestAnimationFrame));
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`);
  });
}

for (const [role, paths] of Object.entries(PAGES))
  test(`nothing is in anybody's way, light and dark, narrow and wide: ${role}`, async ({ page }) => {
    test.setTimeout(360_000);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    if (role !== 'nobody') await enterAtOnce(page, role);
    for (const path of paths) {
      await page.goto(path);
      await expect(page.locator('h1')).toBeVisible();
      await page.evaluate(axe.source);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        for (const colorScheme of LIGHTS) {
          await page.emulateMedia({ colorScheme });
          expect(await violationsOf(page), `${path} at ${width} px, ${colorScheme}`).toEqual([]);
        }
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, `${path} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0);
      }
    }
  });
