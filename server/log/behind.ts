import type { Position } from './catalogue.ts';
import type { Reflection } from './reflected.ts';

const EVERY_MS = 100;
const MOST_MARKS = 512;
/** A flow that has not moved for so long stands: the log goes on taking events, and nobody is refused for it. */
const STANDS_MS = 5_000;

/** How far the figures are behind what this process has written. */
export type Behind = {
  wrote(orgId: number, position: Position): void;
  /** Age of the oldest event that is not reflected, ms; 0 where all are, or where the flow stands. */
  ms(): number;
};

type Mark = { position: Position; at: number };
type Line = { marks: Mark[]; seen: Position; movedAt: number };

/** @param now a clock that never goes back, ms */
export function openBehind(reflection: Pick<Reflection, 'at'>, now = () => performance.now()): Behind {
  const lines = new Map<number, Line>();
  const ageOf = (orgId: number, line: Line): number => {
    const at = reflection.at(orgId);
    if (at !== line.seen) Object.assign(line, { seen: at, movedAt: now() });
    const reached = line.marks.findIndex((mark) => mark.position > at);
    line.marks.splice(0, reached === -1 ? line.marks.length : reached);
    const [oldest] = line.marks;
    if (!oldest) lines.delete(orgId);
    return oldest && now() - line.movedAt < STANDS_MS ? now() - oldest.at : 0;
  };
  return {
    wrote: (orgId, position) => {
      const line = lines.get(orgId) ?? { marks: [], seen: reflection.at(orgId), movedAt: now() };
      lines.set(orgId, line);
      const last = line.marks.at(-1);
      // what is written shortly after counts as written with it; where no mark finds room, the oldest still stand
      if ((last && now() - last.at < EVERY_MS) || line.marks.length >= MOST_MARKS) return;
      line.marks.push({ position, at: now() });
    },
    ms: () => Math.max(0, ...[...lines].map(([orgId, line]) => ageOf(orgId, line))),
  };
}
