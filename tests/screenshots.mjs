// Pictures for the README, taken from a running demo: SCREENSHOT_URL (default http://127.0.0.1:3000), and
// SCREENSHOT_AGENT, the e-mail of the agent who is shown (default: the last agent among the demo's log-ins).
// Run: node tests/screenshots.mjs
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { chromiumArgs, chromiumPath } from './chromium.mjs';

const MOST_BYTES = 300_000;
const base = process.env.SCREENSHOT_URL ?? 'http://127.0.0.1:3000';
const folder = path.join(import.meta.dirname, '../docs/images');
const SHOTS = [
  { role: 'agent', page: '/today', theme: 'day', file: 'today.png' },
  { role: 'agent', page: '/today', theme: 'floor', file: 'today-dark.png' },
  { role: 'agent', page: '/rewards', theme: 'day', file: 'rewards.png' },
  { role: 'manager', page: '/team?team=tejo&window=week', theme: 'day', file: 'team.png' },
  {
    role: 'manager',
    page: '/team/beatriz?window=week',
    theme: 'day',
    file: 'person.png',
    ready: '.plot canvas',
    shown: 'section:has(.plot)',
  },
  { role: 'manager', page: '/flags', theme: 'day', file: 'flags.png' },
  { role: 'manager', page: '/boards', theme: 'floor', file: 'boards.png' },
];

mkdirSync(folder, { recursive: true });
const executablePath = chromiumPath();
const browser = await chromium.launch({ args: chromiumArgs, ...(executablePath ? { executablePath } : {}) });
try {
  for (const shot of SHOTS) await take(shot);
} finally {
  await browser.close();
}

/** One screen as one role sees it, in one light. */
async function take({ role, page: at, theme, file, ready, shown }) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  await signIn(context, role);
  await context.addCookies([{ name: 'theme', value: theme, url: base }]);
  const page = await context.newPage();
  await page.goto(base + at, { waitUntil: 'load' });
  await page.getByRole('main').waitFor();
  await page.evaluate(() => document.fonts.ready);
  // the line is live: from now on the picture is true
  await page.getByText('Live', { exact: true }).first().waitFor();
  if (ready) await page.locator(ready).first().waitFor();
  if (shown) await page.locator(shown).first().scrollIntoViewIfNeeded();
  const target = path.join(folder, file);
  await page.screenshot({ path: target });
  await context.close();
  const { size } = statSync(target);
  console.log(`${file}: ${size} bytes`);
  if (size > MOST_BYTES) throw new Error(`${file} is larger than ${MOST_BYTES} bytes`);
}

/** Signs in through the public door; the cookie stays with the context. */
async function signIn(context, role) {
  const { logins } = await (await context.request.get(`${base}/api/v1/demo`)).json();
  const wanted = role === 'agent' ? process.env.SCREENSHOT_AGENT : undefined;
  const login = logins.findLast((one) => one.role === role && (!wanted || one.email === wanted));
  if (!login) throw new Error(`There is no demo log-in for ${wanted ?? role} at ${base}.`);
  const { email, password } = login;
  const answer = await context.request.post(`${base}/api/v1/session`, { data: { email, password } });
  if (!answer.ok()) throw new Error(`${email} cannot sign in: ${answer.status()}`);
}
