import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Arrangement, results } from './floor.ts';
import type { Outcome } from './scenario.ts';
import type { Ports } from './servers.ts';

/** How far a long run has come, so that one that was cut off goes on where it was. */
export type Journal = {
  dir: string;
  ports?: Ports | undefined;
  /** When it began, epoch ms: its hours are counted from there. */
  begunAt: number;
  /** Parts of the long kills that are played, and how many were killed in them. */
  parts: number;
  kills: number;
  seconds: number;
  outcomes: Record<string, Outcome>;
};

const fileOf = (arrangement: Arrangement) => path.join(results, `state-${arrangement}.json`);

/** The journal of a run that was cut off; a new one where there is none, or where it is not wanted. */
export function openJournal(arrangement: Arrangement, resume: boolean): Journal {
  const file = fileOf(arrangement);
  if (resume && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Journal;
  const dir = path.join('/var/tmp', `floorlight-faults-${arrangement}-${process.pid}`);
  return { dir, begunAt: Date.now(), parts: 0, kills: 0, seconds: 0, outcomes: {} };
}

export function saveJournal(arrangement: Arrangement, journal: Journal): void {
  mkdirSync(results, { recursive: true });
  writeFileSync(fileOf(arrangement), JSON.stringify(journal));
}

export const endJournal = (arrangement: Arrangement): void => rmSync(fileOf(arrangement), { force: true });
