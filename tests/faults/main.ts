// npm run faults [-- --short | --resume | NAME ...] [--arrangement one|split|cluster]: what is acknowledged stays, and counts once, whatever dies.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Arrangement } from './floor.ts';
import { endJournal, openJournal, saveJournal } from './journal.ts';
import { print, summary, write } from './report.ts';
import { isGood, outcome, type Scenario } from './scenario.ts';
import { longForm, named, shortForm } from './scenarios.ts';
import { openServers } from './servers.ts';

const { values: asked, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    arrangement: { type: 'string', default: 'split' },
  },
});
const unknown = names.filter((name) => !named.some((scenario) => scenario.name === name));
if (unknown.length > 0) fail(`There is no scenario ${unknown.join(', ')}; there are ${named.map(nameOf).join(', ')}.`);
if (!['one', 'split', 'cluster'].includes(asked.arrangement)) fail('The arrangement is one, split or cluster.');
const arrangement = asked.arrangement as Arrangement;

const started = performance.now();
const say = (line: string) => console.log(`[${((performance.now() - started) / 1000).toFixed(0)} s] ${line}`);
const isLong = names.length === 0 && !asked.short;
const journal = openJournal(arrangement, isLong && asked.resume);
const { outcomes } = journal;
const servers = await openServers(journal.dir, arrangement === 'cluster', journal.ports);
journal.ports = { postgres: servers.postgres.port, redis: servers.redis.port };

for (const scenario of chosen()) {
  if (outcomes[scenario.name]) continue;
  if (isLong) saveJournal(arrangement, journal);
  const from = performance.now();
  say(`${scenario.name}: ${scenario.words}`);
  const came = await scenario
    .play({ servers, arrangement, say })
    .catch((error: Error) => outcome({ differences: [`broke off: ${error.message}`] }));
  outcomes[scenario.name] = { seconds: (performance.now() - from) / 1000, ...came };
  if (isLong) saveJournal(arrangement, journal);
}
await servers.stop();
print(outcomes);
write(arrangement, outcomes);
rmSync(journal.dir, { recursive: true, force: true });
if (isLong) endJournal(arrangement);
console.log(JSON.stringify(summary(outcomes)));
process.exit(Object.values(outcomes).every(isGood) ? 0 : 1);

function chosen(): readonly Scenario[] {
  if (names.length > 0) return named.filter(({ name }) => names.includes(name));
  return asked.short ? shortForm : longForm(journal);
}

function nameOf({ name }: Scenario): string {
  return name;
}

function fail(words: string): never {
  console.error(words);
  process.exit(1);
}
