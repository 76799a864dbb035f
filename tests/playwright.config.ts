import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineConfig } from '@playwright/test';
import { chromiumArgs, chromiumPath } from './chromium.mjs';

const port = Number(process.env.E2E_PORT ?? 3499);
// workers load this file again and inherit the environment: one folder for the whole run
if (!process.env.E2E_DATA) {
  process.env.E2E_DATA = mkdtempSync(path.join(tmpdir(), 'floorlight-e2e-'));
  chmodSync(process.env.E2E_DATA, 0o755);
}
export default defineConfig({
  testDir: './journeys',
  outputDir: '../test-results/journeys',
  workers: 1,
  reporter: [['line'], ['json', {}]],
  timeout: 60_000,
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: chromiumPath(),
      args: chromiumArgs,
    },
  },
  webServer: {
    command: 'node server/main.ts',
    cwd: '..',
    // not before the demo has caught up with its month
    wait: { stdout: /Floorlight is ready at/ },
    timeout: 480_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 5000 },
    env: { PORT: String(port), DATA_DIR: process.env.E2E_DATA },
    stdout: 'pipe',
  },
});
