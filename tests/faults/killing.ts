import type { Child } from './child.ts';
import type { Floor } from './floor.ts';
import { killHeld } from './held.ts';
import type { Load } from './load.ts';
import { ask } from './servers.ts';

export type Victim = 'backend' | 'web' | 'flow' | 'postgres' | 'redis';

/** Every so many killed backends one dies by SIGKILL, which makes PostgreSQL throw out everybody and recover. */
const HARD = 20;
/** Where the flow is caught with its transaction open: first and last of its tables, and between. */
const CUTS = ['flows', 'facts', 'sources', 'flows', 'events'];
let turns = 0;

/** Kills one by its pid and has it started again at once; settled when it stands. Every second time the flow is caught in the middle. */
export async function kill(floor: Floor, victim: Victim): Promise<void> {
  const turn = turns++;
  const table = CUTS[turn % CUTS.length] as string;
  if (victim === 'backend') {
    if (turn % 2 === 0 && (await caught(floor, table, (pid) => end(pid, 'SIGTERM')))) return;
    return killBackend(floor, turn % HARD === 1 ? 'SIGKILL' : 'SIGTERM');
  }
  if (victim === 'web' || victim === 'flow') {
    const all = victim === 'web' ? floor.webs : floor.flows;
    const one = all[turn % all.length] as Child;
    // whoever of several has its transaction open: all of them end then
    const isCaught = victim === 'flow' && (await caught(floor, table, () => killAll(all)));
    if (!isCaught) await one.kill();
    for (const child of isCaught ? all : [one]) await child.start();
    return;
  }
  const server = floor.servers[victim];
  await server.kill();
  await server.start();
}

const killAll = async (all: Child[]): Promise<void> => void (await Promise.all(all.map((child) => child.kill())));

async function caught(floor: Floor, table: string, strike: (pid: number) => Promise<void> | void): Promise<boolean> {
  const isCaught = await killHeld(floor, table, strike);
  if (isCaught) floor.caught++;
  return isCaught;
}

/** A connection of the product, one that works right now where there is one. */
async function killBackend(floor: Floor, signal: NodeJS.Signals): Promise<void> {
  const rows = await ask<{ pid: number }>(
    floor.servers.postgres.url,
    `select pid from pg_stat_activity where application_name = 'floorlight' and datname = $1
     order by state like 'active%' desc, state like 'idle in%' desc, random() limit 1`,
    [new URL(floor.databaseUrl).pathname.slice(1)],
  );
  if (rows[0]) end(rows[0].pid, signal);
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended by itself meanwhile
  }
}

/** Kills in turn while a load runs, spread evenly over its events. @returns how many */
export async function killUnder(
  load: Load,
  floor: Floor,
  plan: { victims: Victim[]; events: number },
): Promise<number> {
  const each = plan.events / (plan.victims.length + 1);
  for (const [n, victim] of plan.victims.entries()) {
    await load.reached(Math.floor((n + 1) * each));
    await kill(floor, victim);
  }
  return plan.victims.length;
}

/** So many of each, in an order that is mixed and always the same. */
export function mixed(counts: Partial<Record<Victim, number>>, seed: number): Victim[] {
  const all = Object.entries(counts).flatMap(([victim, n]) => Array<Victim>(n).fill(victim as Victim));
  let state = seed + 1;
  for (let at = all.length - 1; at > 0; at--) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const other = (state >>> 8) % (at + 1);
    [all[at], all[other]] = [all[other] as Victim, all[at] as Victim];
  }
  return all;
}
