// npm run faults [-- --short | --resume | --arrangement one|split | NAME ...]: what is acknowledged stays and counts once, whatever dies.
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildPages } from './build.ts';
import type { Arrangement } from './floor.ts';
import { print, summary, write } from './report.ts';
import { isGood, type Outcome, outcome } from './scenario.ts';
import { scenarios, short } from './scenarios.ts';
import { openServers } from './servers.ts';

const words = process.argv.slice(2);
const flags = words.filter((word) => word.startsWith('--'));
const arrangement: Arrangement = words.includes('one') ? 'one' : 'split';
const names = words.filter((word) => !word.startsWith('--') && word !== 'one' && word !== 'split');
const known = scenarios.map(({ name }) => name);
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no scenario ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  process.exit(1);
}

buildPages();
const started = performance.now();
const say = (line: string) => console.log(`[${((performance.now() - started) / 1000).toFixed(0)}s] ${line}`);
const asked = names.length > 0 ? names : flags.includes('--short') ? short : known;
const outcomes: Record<string, Outcome> = {};
const dir = mkdtempSync(path.join('/var/tmp', 'floorlight-faults-'));
const servers = await openServers(dir);
for (const { name, words: what, play } of scenarios.filter((one) => asked.includes(one.name))) {
  say(`${name}: ${what}`);
  const from = performance.now();
  const came = await play({ servers, arrangement, say }).catch((error: Error) =>
    outcome({ differences: [`broke off: ${error.message}`] }),
  );
  outcomes[name] = { ...came, seconds: (performance.now() - from) / 1000 };
}
await servers.stop();
rmSync(dir, { recursive: true, force: true });
print(outcomes);
write(arrangement, outcomes);
console.log(JSON.stringify(summary(outcomes)));
process.exit(Object.values(outcomes).every(isGood) ? 0 : 1);
