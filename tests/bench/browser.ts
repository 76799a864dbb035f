import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from '@playwright/test';
import { chromiumArgs, chromiumPath } from '../chromium.mjs';

/** A page in a browser that is as slow as a middling phone: a quarter of the CPU, and fast 4G as developers' tools have it. */
export type Slow = { page: Page; cdp: CDPSession; bytes(): number; lcpMs(): Promise<number>; close(): Promise<void> };
export type Visitor = { cookies?: { name: string; value: string }[]; device?: string };

const FAST_4G = { downloadThroughput: (8.1 * 1e6) / 8, uploadThroughput: (1.35 * 1e6) / 8, latency: 165 };
const CPU_SLOWDOWN = 4;

export function openBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  return chromium.launch({
    args: [...chromiumArgs, '--enable-precise-memory-info'],
    ...(executablePath ? { executablePath } : {}),
  });
}

/** Opens an address for the first time: nothing is cached. Settled when the page is live. */
export async function visit(browser: Browser, url: string, visitor: Visitor): Promise<Slow> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await admit(context, url, visitor);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  let bytes = 0;
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', { offline: false, ...FAST_4G });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  await page.addInitScript(NOTING);
  await page.goto(url, { waitUntil: 'load' });
  await page.waitForFunction(() => (globalThis as unknown as Noted).noted.messages > 0);
  return {
    page,
    cdp,
    bytes: () => bytes,
    lcpMs: () => page.evaluate(() => (globalThis as unknown as Noted).noted.lcp),
    close: () => context.close(),
  };
}

/** Milliseconds from each live message that changed something to the end of the frame that shows it, taken away as they are read. */
export const framesOf = (page: Page): Promise<number[]> =>
  page.evaluate(() => (globalThis as unknown as Noted).noted.frames.splice(0));

/** Live messages so far. */
export const messagesOf = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as Noted).noted.messages);

/** What the page holds after a full collection, KiB. */
export async function heapOf({ cdp }: Slow): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return usedSize / 1024;
}

type Noted = { noted: { lcp: number; frames: number[]; messages: number } };

async function admit(context: BrowserContext, url: string, { cookies, device }: Visitor): Promise<void> {
  if (cookies) await context.addCookies(cookies.map((cookie) => ({ ...cookie, url })));
  if (device) await context.addInitScript((token) => localStorage.setItem('floorlight.device', token), device);
}

/** In the page: the largest paint, and for each message of a socket when the frame after it was done. */
const NOTING = `
  globalThis.noted = { lcp: 0, frames: [], messages: 0 };
  new PerformanceObserver((list) => { for (const { startTime } of list.getEntries()) noted.lcp = startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  const Bare = globalThis.WebSocket;
  globalThis.WebSocket = class extends Bare {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string' || !/^4[23]/.test(data)) return;
        noted.messages++;
        if (!data.startsWith('42["topic"') || !data.includes('"delta":{"')) return;
        const arrived = performance.now();
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => noted.frames.push(performance.now() - arrived);
          port2.postMessage(0);
        });
      });
    }
  };
`;
