// Everything that must hold, in one run: laws, lint, types, rules, rooms, live, components, journeys. Called by the bootstrap.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { chromiumPath } from './chromium.mjs';

/** Runs all of it, prints `N passed, N failed, N skipped` last and ends the process. */
export async function testAll({ node, env, root, say, build }) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const results = path.join(root, 'test-results');
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  const samples = path.join(root, '../shared/data');
  const all = { FLOORLIGHT_SAMPLES: existsSync(samples) ? samples : '', ...env };
  const run = (label, args, extra = {}) => {
    say(label);
    return spawnSync(node, args, { stdio: 'inherit', cwd: root, env: { ...all, ...extra } }).status === 0;
  };
  const check = (label, args) => {
    const good = run(label, args);
    sum[good ? 'passed' : 'failed']++;
  };

  check('format and lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '--diagnostic-level=error', '.']);
  run('generated types', ['node_modules/@sveltejs/kit/svelte-kit.js', 'sync']);
  check('types of the screens', [
    'node_modules/svelte-check/bin/svelte-check',
    '--tsgo',
    '--tsconfig',
    './tsconfig.json',
    '--fail-on-warnings',
  ]);
  check('types of the server', ['node_modules/@typescript/native/bin/tsc', '-p', 'server']);

  // houses that tests start as processes serve them too
  const built = build();
  const browser = findBrowser(say);
  const report = path.join(results, 'vitest.json');
  const unit = run(
    'laws, rules, rooms, live and component tests',
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '-c',
      'tests/vitest.config.ts',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    browser ? {} : { FLOORLIGHT_NO_BROWSER: '1' },
  );
  count(sum, unit, report, ({ numPassedTests, numFailedTests, numPendingTests, numTodoTests }) => ({
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: numPendingTests + numTodoTests,
  }));

  if (!browser) {
    say('no Chromium could be had without root: the component tests and journeys are left out');
    sum.skipped++;
  } else if (!built) sum.failed++;
  else {
    const journeys = path.join(results, 'journeys.json');
    const good = run(
      'journeys in the browser',
      ['node_modules/@playwright/test/cli.js', 'test', '-c', 'tests/playwright.config.ts'],
      {
        PLAYWRIGHT_JSON_OUTPUT_NAME: journeys,
      },
    );
    count(sum, good, journeys, ({ stats }) => ({
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky,
      skipped: stats.skipped,
    }));
  }
  check('fault suite, short form', ['tests/faults/main.ts', '--short']);
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  process.exit(sum.failed > 0 ? 1 : 0);
}

/** Adds a report; a run that failed without a failed test (it did not start, or broke outside of a test) counts as one failure. */
function count(sum, good, report, read) {
  const found = existsSync(report)
    ? read(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 0, skipped: 0 };
  for (const [name, n] of Object.entries(found)) sum[name] += n;
  if (!good && found.failed === 0) sum.failed++;
}

function findBrowser(say) {
  const known = chromiumPath();
  if (known || process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return known;
  say('no Chromium found: installing it from the distribution');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  });
  return chromiumPath();
}
