import { availableParallelism } from 'node:os';
import path from 'node:path';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import viteConfig from '../vite.config.ts';
import { chromiumArgs, chromiumPath } from './chromium.mjs';

const root = path.resolve(import.meta.dirname, '..');
const executablePath = chromiumPath();

const components = {
  ...viteConfig,
  root,
  // found while a test runs, it would reload the tests beside it
  optimizeDeps: { include: ['csv-stringify/browser/esm/sync'] },
  test: {
    name: 'components',
    include: ['tests/components/**/*.test.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { ...(executablePath ? { executablePath } : {}), args: chromiumArgs } }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
};
// as many as there are cores: a room waits for its servers about as long as it works
const AT_ONCE = { maxWorkers: availableParallelism() };
const onServers = (name: string, besides = {}) => ({
  root,
  test: {
    name,
    ...AT_ONCE,
    include: [`tests/${name}/**/*.test.ts`],
    ...besides,
    globalSetup: ['tests/servers.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: 'rules',
          ...AT_ONCE,
          include: ['tests/*.test.ts', 'tests/rules/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      onServers('rooms'),
      // whole houses, which refuse what they have no time for: one after another, when everything else is done
      onServers('live', { maxWorkers: 1, sequence: { groupOrder: 1 } }),
      ...(process.env.FLOORLIGHT_NO_BROWSER ? [] : [components]),
    ],
  },
});
