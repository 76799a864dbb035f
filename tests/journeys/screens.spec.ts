import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';

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

const PAGES: [role: string, path: string][] = [
  ...['/today', '/today?window=month', '/boards', '/boards?board=aht', '/boards?board=points'].map(of('agent')),
  ...['/badges', '/rewards', '/me', '/coaching', '/account', '/help/kpis', '/nowhere'].map(of('agent')),
  ...['/team', '/team?window=month', '/flags', '/coaching', '/grants', '/admin/devices'].map(of('supervisor')),
  ...['/team', '/boards?board=aht&window=month', '/flags'].map(of('manager')),
  ...['/team', '/boards', '/account', '/help/kpis'].map(of('executive')),
  ...['quality', 'trainer'].flatMap((role) => ['/boards', '/account', '/help/kpis'].map(of(role))),
  ...[
    ...['/admin/people', '/admin/devices', '/admin/keys', '/admin/organisation', '/admin/rewards'],
    ...['/admin/sources', '/admin/agents', '/admin/kpis', '/admin/targets', '/admin/scorecards'],
    ...['/admin/audit', '/admin/audit?view=looks', '/admin/audit?view=looks&who=yara'],
  ].map(of('admin')),
];

function of(role: string): (path: string) => [string, string] {
  return (path) => [role, path];
}

async function enterAfresh(page: Page, role: string): Promise<void> {
  await page.context().clearCookies();
  await enter(page, role);
}

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [390, 1440])
    test(`nothing is in anybody's way: ${colorScheme}, ${width} px`, async ({ page }) => {
      test.setTimeout(240_000);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      await page.goto('/login');
      await expectNoViolations(page);
      let signedInAs = '';
      for (const [role, path] of PAGES) {
        if (role !== signedInAs) await enterAfresh(page, role);
        signedInAs = role;
        await page.goto(path);
        await expect(page.locator('h1')).toBeVisible();
        await expectNoViolations(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
      }
    });
