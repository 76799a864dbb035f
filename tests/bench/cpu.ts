import { readdirSync, readFileSync } from 'node:fs';

/** Processes of one kind: those with these pids, and their children where it is a family. */
export type Crew = { pid: number; family: boolean };

const TICK_US = 10_000;

/** CPU that processes have used since they began, microseconds, of user and kernel together. */
export function cpuOf(crew: readonly Crew[]): number {
  let ticks = 0;
  for (const { pid, family } of crew) {
    ticks += ticksOf(pid, family);
    if (family) for (const child of childrenOf(pid)) ticks += ticksOf(child, false);
  }
  return ticks * TICK_US;
}

/** The most memory that a process held, MiB. */
export function peakMemoryOf(pid: number): number {
  const line = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}

/** Resident memory now, KiB. */
export function memoryOf(pid: number): number {
  const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0);
}

function ticksOf(pid: number, withEnded: boolean): number {
  const fields = statOf(pid);
  if (!fields) return 0;
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number) as [number, number, number, number];
  return user + system + (withEnded ? endedUser + endedSystem : 0);
}

/** The fields of `stat` after the name, which may hold blanks. */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((child) => Number(statOf(child)?.[1]) === pid);
}
