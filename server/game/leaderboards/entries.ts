import type { BoardEntry } from '#contract/boards.ts';
import type { Board } from '#contract/definitions.ts';
import { personSubject } from '#server/attainment/performance/subjects.ts';
import { type Definitions, planFor } from '#server/attainment/scoring/plan.ts';
import type { Roster } from '#server/people/roster.ts';
import type { Asking } from './compute.ts';
import { measureName } from './lines.ts';
import type { Line } from './rules.ts';

/** Rows of a board with what the views need beside them; `lines` where the whole board was at hand. */
export type Found = {
  entries: BoardEntry[];
  total: number;
  me: BoardEntry | null;
  next: string | null;
  position?: number;
  lines: Pick<Line, 'scored' | 'sample'>[] | null;
};

/** The row of a line as the contract tells it. */
export function entryOf(
  line: Line,
  at: { roster: Roster; unit: Board['unit']; rank: number | null; gap: number | null; movement: number | null },
): BoardEntry {
  const { subject, value, scored, sample, interval, provisional, held } = line;
  const { roster, unit, rank, gap, movement } = at;
  const team = unit === 'team' ? null : (roster.people.get(subject)?.team ?? null);
  const name = unit === 'team' ? roster.teams.get(subject)?.name : roster.people.get(subject)?.name;
  return {
    rank,
    subject: `${unit}:${subject}`,
    name: name ?? subject,
    team: team ? (roster.teams.get(team)?.name ?? team) : null,
    value,
    scored,
    sample,
    interval,
    movement,
    gap,
    provisional,
    held,
  };
}

/** Whether rows with overlapping intervals share a rank on this board. */
export function tiesOf(definitions: Definitions, board: Board): boolean {
  const measure = measureName(board.measure);
  return measure.kind === 'kpi' && definitions.kpis.get(measure.kpi)?.definition.ties === true;
}

/** The target of a board's measure for somebody: the KPI's mark, or a score of 100 where everything is at target. */
export function targetOf(asking: Asking, person: string): number | null {
  const { kind, kpi } = measureName(asking.board.measure);
  if (kind === 'score') return 100;
  const subject = personSubject(asking.roster, person, asking.spans.span.to);
  const marks = subject && planFor(asking.definitions, subject).items.get(kpi)?.target?.marks;
  return kind === 'kpi' && marks && 'target' in marks ? marks.target : null;
}
