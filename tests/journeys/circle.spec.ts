import { expect, type Page, test } from '@playwright/test';

const PASSWORD = 'harbour-lights';

/** Signs in as somebody of the demo. */
async function become(page: Page, id: string): Promise<void> {
  await page.context().clearCookies();
  const email = `${id}@harbour-lights.example`;
  const answer = await page.request.post('/api/v1/session', { data: { email, password: PASSWORD } });
  expect(answer.ok()).toBe(true);
}

async function expectReceipt(page: Page): Promise<void> {
  const receipt = page.getByRole('dialog', { name: 'Receipt' });
  await expect(receipt.getByText('The arithmetic')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(receipt).toBeHidden();
}

/** A leg of somebody that ended now, as the telephone system would tell it. */
async function callEnded(page: Page, agent: string, n: number): Promise<void> {
  const at = new Date().toISOString();
  const data = { interactionId: `journey-${agent}-${n}-${at}`, agent, queue: 'service', offeredAt: at, endedAt: at };
  const leg = { ...data, waitMs: 3000, talkMs: 150_000, acwMs: 20_000, outcome: 'handled' };
  const event = {
    specversion: '1.0',
    id: data.interactionId,
    source: 'harbour-acd',
    type: 'interaction.ended',
    data: leg,
  };
  const answer = await page.request.post('/api/v1/events', { data: event });
  expect(await answer.json()).toMatchObject({ accepted: 1 });
}

const GOLD = 65;

/** An agent of the running day whose window counts, with fewer contacts than the highest badge asks for. */
async function somebodyAtWork(page: Page) {
  type Person = { id: string; name: string; roles: string[]; identities: { source: string; agent: string }[] };
  const { items } = (await (await page.request.get('/api/v1/people?limit=500')).json()) as { items: Person[] };
  for (const { id, name, roles, identities } of items) {
    if (!roles.includes('agent')) continue;
    const { facts, eligible, kpis } = await (await page.request.get(`/api/v1/people/${id}/performance`)).json();
    const isHeld = kpis.some((kpi: { held: unknown }) => kpi.held !== null);
    const login = identities.find(({ source }) => source === 'harbour-acd')?.agent;
    const counted = Number(facts.handled) - Number(facts.short ?? 0);
    if (eligible && !isHeld && login && counted < GOLD) return { id, name, login, counted };
  }
  throw new Error('nobody is at work with a window that counts');
}

test('from a live call to points, a badge, a flag, coaching and a reward, each with its receipt', async ({
  page,
  browser,
}) => {
  test.setTimeout(180_000);

  // a TV hangs on the floor
  await become(page, 'noor');
  const device = (await (await page.request.post('/api/v1/devices', { data: { name: 'Circle wall' } })).json()) as {
    token: string;
  };
  const tv = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage();
  await tv.goto('/wallboard');
  await tv.getByRole('button', { name: 'Paste a device token instead' }).click();
  await tv.getByLabel('Device token').fill(device.token);
  await tv.getByRole('button', { name: 'Light it up' }).click();
  await expect(tv.getByText(/^as of/)).toBeVisible();

  // an agent at work sees contacts arrive, until a badge is earned: on the own screen, and on the TV
  const { id, name, login, counted } = await somebodyAtWork(page);
  const desk = await (await browser.newContext()).newPage();
  await become(desk, id);
  await desk.goto('/today');
  const celebrated = expect(tv.getByRole('status').filter({ hasText: name })).toBeVisible({ timeout: 60_000 });
  for (let n = counted; n <= GOLD; n++) await callEnded(page, login, n);
  await celebrated;
  await expect(desk.getByText('Full house').first()).toBeVisible();
  await desk.goto('/me');
  await expect(desk.getByText(/^Badge .*full house/i).first()).toBeVisible();

  // the supervisor sees the flag with its evidence and starts coaching
  await become(page, 'marta');
  await page.goto('/flags');
  await page
    .getByRole('button', { name: /Duarte Nogueira/ })
    .or(page.getByRole('link', { name: /Duarte Nogueira/ }))
    .first()
    .click();
  await page.getByRole('article', { name: 'Duarte Nogueira' }).getByRole('button', { name: 'why?' }).click();
  await expectReceipt(page);
  await page.getByRole('button', { name: 'Start coaching' }).click();
  await page.getByLabel('What do you want to reach together?').fill('Calmer calls with a clear end <b>for both</b>');
  await page.getByRole('checkbox').first().check();
  await page.getByRole('button', { name: 'Start the follow-up' }).click();
  await expect(page.getByText('Calmer calls with a clear end <b>for both</b>')).toBeVisible();

  // and rewards somebody with a reason
  await page.goto('/grants?person=duarte');
  await page.getByLabel('Reward', { exact: true }).selectOption('coffee');
  await page.getByLabel('Why? They will read it.').fill('You asked for help early.');
  await page.getByRole('button', { name: 'Give', exact: true }).click();
  await expect(page.getByText('You asked for help early.')).toBeVisible();

  // the agent sees both, acknowledges, and redeems another reward
  await become(page, 'duarte');
  await page.goto('/today');
  const followUp = page.getByRole('region', { name: 'Your follow-up' });
  await followUp.getByRole('button', { name: 'I have seen it' }).click();
  await expect(followUp.getByText(/^seen on/)).toBeVisible();
  await page.goto('/rewards');
  await expect(page.getByText('You asked for help early.')).toBeVisible();
  await page.getByRole('button', { name: /^Redeem A coffee/ }).click();
  await page.getByRole('button', { name: 'Yes, redeem' }).click();
  const waiting = page.getByRole('listitem').filter({ hasText: 'waiting to be handed over' });
  await waiting.getByRole('button', { name: 'Why?' }).click();
  await expectReceipt(page);
  await page.goto('/me');
  await page.getByRole('button', { name: /^Why −150 points/ }).click();
  await expectReceipt(page);

  // what is not theirs is refused
  expect((await page.request.get('/api/v1/flags')).status()).toBe(403);
  expect((await page.request.get('/api/v1/people/jasmin/points')).status()).toBe(403);
  expect((await page.request.post('/api/v1/grants', { data: {} })).status()).toBe(403);
  await tv.context().close();
  await desk.context().close();
});
