import { closeHour } from './closing.ts';
import { type Comparison, compare, settled } from './compare.ts';
import type { Count } from './count.ts';
import type { Floor } from './floor.ts';
import { kill, killUnder, mixed, type Victim } from './killing.ts';
import { startLoad } from './load.ts';

/** A part of a long run: the calls of one hour, with kills among them, and the closing of that hour, cut as well. */
export type Chapter = {
  hour: number;
  span: { from: number; to: number };
  victims: Partial<Record<Victim, number>>;
  rate?: number | undefined;
};

/** Runs a chapter and waits until it is counted and its hour closed. @returns how many were killed */
export async function play(floor: Floor, count: Count, chapter: Chapter): Promise<number> {
  const { hour, span, rate } = chapter;
  const victims = mixed(chapter.victims, span.from);
  const atClosing = victims.splice(-1);
  const load = startLoad(floor, { count, hour, span, ...(rate ? { rate } : {}) });
  const events = span.to - span.from;
  const [killed] = await Promise.all([killUnder(load, floor, { victims, events }), load.done]);
  await settled(floor, load.position);
  const position = await closeHour(floor, hour);
  for (const victim of atClosing) await kill(floor, victim);
  await settled(floor, position);
  return killed + atClosing.length;
}

/** Runs chapters one after the other and compares after each. */
export async function playAll(
  floor: Floor,
  count: Count,
  chapters: Chapter[],
  told: (n: number, killed: number, seconds: number) => void,
): Promise<{ kills: number; found: Comparison }> {
  let kills = 0;
  let found: Comparison = { lost: 0, doubled: 0, differences: [] };
  for (const [n, chapter] of chapters.entries()) {
    const started = performance.now();
    kills += await play(floor, count, chapter);
    found = await compare(
      floor,
      count,
      chapters.slice(0, n + 1).map(({ hour }) => hour),
    );
    told(n, kills, (performance.now() - started) / 1000);
    if (found.lost + found.doubled + found.differences.length > 0) break;
  }
  return { kills, found };
}
