import type { BoardView } from '$lib/contract/boards.ts';
import type { Charted } from '$lib/game/days/days.ts';

/** What a board ranks by, as a chart of days shows it; null where it is no KPI of its own. */
export function chartedOf({ about, benchmark }: BoardView): Charted | null {
  const { measure, name, unit, better } = about;
  if (measure === 'score' || measure === 'points' || measure.includes(':')) return null;
  const target = benchmark?.target ?? null;
  return { id: measure, name, unit, better, weight: null, marks: target === null ? null : { target } };
}
