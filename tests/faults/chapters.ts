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

/** Runs chapters one after the other, from the one that stands first in line, and compares after each. */
export async function playAll(
  floor: Floor,
  book: { count: Count; chapters: Chapter[]; before: number },
  told: (part: number, killed: number, seconds: number) => void,
): Promise<{ kills: number; found: Comparison }> {
  let kills = 0;
  let found: Comparison = { lost: 0, doubled: 0, differences: [] };
  for (let part = book.before; part < book.chapters.length && isEqual(found); part++) {
    const started = performance.now();
    const killed = await play(floor, book.count, book.chapters[part] as Chapter);
    const closed = book.chapters.slice(0, part + 1).map(({ hour }) => hour);
    const isLast = part === book.chapters.length - 1;
    found = await compare(floor, book.count, { closed, hours: isLast ? closed : closed.slice(-1) });
    kills += killed;
    if (isEqual(found)) told(part + 1, killed, (performance.now() - started) / 1000);
  }
  return { kills, found };
}

const isEqual = ({ lost, doubled, differences }: Comparison): boolean => lost + doubled + differences.length === 0;
