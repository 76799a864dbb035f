import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { table } from '../bench/table.ts';
import { type Arrangement, results } from './floor.ts';
import { isGood, type Outcome } from './scenario.ts';

/** The sums of all scenarios, as the last line gives them. */
export function summary(outcomes: Record<string, Outcome>) {
  const sum = (of: (one: Outcome) => number) => Object.values(outcomes).reduce((total, one) => total + of(one), 0);
  return {
    kills: sum((one) => one.kills),
    events: sum((one) => one.events),
    acknowledged: sum((one) => one.acknowledged),
    lost: sum((one) => one.lost),
    doubled: sum((one) => one.doubled),
    staleRefused: sum((one) => one.staleRefused),
    staleTried: sum((one) => one.staleTried),
    scenarios: Object.fromEntries(
      Object.entries(outcomes).map(([name, one]) => [name, one.skipped ? 'skipped' : isGood(one) ? 'good' : 'failed']),
    ),
  };
}

/** Prints what came of each scenario, and what is wrong in words. */
export function print(outcomes: Record<string, Outcome>): void {
  table(
    HEADS,
    Object.entries(outcomes).map(([name, one]) => cells(name, one)),
  );
  for (const [name, { differences, notes, skipped }] of Object.entries(outcomes)) {
    if (skipped) console.log(`  ${name}: not played, ${skipped}`);
    for (const note of notes) console.log(`  ${name}: ${note}`);
    for (const line of differences.slice(0, 20)) console.log(`  ${name}: WRONG: ${line}`);
    if (differences.length > 20) console.log(`  ${name}: and ${differences.length - 20} more`);
  }
}

/** Writes the table as Markdown beside the logs of the run, with machine and date. */
export function write(arrangement: Arrangement, outcomes: Record<string, Outcome>): void {
  const rows = Object.entries(outcomes).map(
    ([name, one]) => `| ${[...cells(name, one), one.notes.join('; ')].join(' | ')} |`,
  );
  const lines = [
    `${new Date().toISOString().slice(0, 10)}, ${os.cpus().length} cores (${os.cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}`,
    '',
    `| ${[...HEADS, 'notes'].join(' | ')} |`,
    `|${' --- |'.repeat(HEADS.length + 1)}`,
    ...rows,
    '',
    `\`${JSON.stringify(summary(outcomes))}\``,
  ];
  writeFileSync(path.join(results, `report-${arrangement}.md`), `${lines.join('\n')}\n`);
}

const HEADS = ['scenario', 'kills', 'events', 'acknowledged', 'lost', 'doubled', 'stale refused', 'seconds', ''];

const cells = (name: string, one: Outcome): string[] => [
  name,
  ...[one.kills, one.events, one.acknowledged, one.lost, one.doubled].map(String),
  `${one.staleRefused} of ${one.staleTried}`,
  String(Math.round(one.seconds ?? 0)),
  one.skipped ? 'not played' : isGood(one) ? 'good' : 'FAILED',
];
