import type { FactSums } from '#contract/facts.ts';
import type { WindowName } from '#contract/windows.ts';
import type { Subject } from '#server/attainment/definitions/targets.ts';
import { type Definitions, planFor } from '#server/attainment/scoring/plan.ts';
import { type Figures, intervalOf, measureOf, scoreOf } from '#server/attainment/scoring/scoring.ts';
import { bucketsOf, previousWindow, resolveWindow, type Span } from '#server/facts/windows.ts';
import { membersOf, type Roster, zoneOf } from '#server/people/roster.ts';
import { type Better, type Line, meritOf } from './rules.ts';

/** What a board ranks by: the score, a KPI, how much a KPI improved on the window before, or how much of its target is met. */
export type MeasureName = { kind: 'score' | 'points' | 'kpi' | 'improved' | 'to_target'; kpi: string };

/** A subject with its figures, in the window and, where the measure asks for it, in the one before. */
export type Candidate = { subject: Subject; figures: Figures; before?: Figures | undefined; lastAt: number };

export function measureName(text: string): MeasureName {
  if (text === 'score' || text === 'points') return { kind: text, kpi: text };
  const [kind, kpi] = text.includes(':')
    ? (text.split(':') as ['improved' | 'to_target', string])
    : (['kpi', text] as const);
  return { kind, kpi: kpi as string };
}

/** A candidate's line on a board, weighed by the definitions in force. Null when it has nothing there. `now` is epoch ms. */
export function lineOf(
  candidate: Candidate,
  at: { definitions: Definitions; measure: MeasureName; now: number },
): Line | null {
  const { definitions, measure, now } = at;
  const { subject, figures, lastAt } = candidate;
  const plan = planFor(definitions, subject);
  const base = { subject: subject.id, lastAt, interval: null };
  if (measure.kind === 'score') {
    if (!plan.scorecard) return null;
    const { score, eligible } = scoreOf(plan, figures, now);
    return {
      ...base,
      merit: score,
      value: score,
      scored: score,
      sample: handledOf(figures.sums),
      provisional: !eligible,
      held: null,
    };
  }
  const item = plan.items.get(measure.kpi);
  if (!item) return null;
  const better = item.measure.definition.better as Better;
  const { value, scored, attainment, sample, provisional, held } = measureOf(item, figures, now);
  if (sample === 0 && value === null) return null;
  const line = { ...base, value, scored, sample, provisional, held, interval: intervalOf(item, figures) };
  if (measure.kind === 'kpi') return { ...line, merit: meritOf(better, scored, attainment) };
  if (measure.kind === 'to_target') {
    const share = attainment === null ? null : attainment / 1000;
    return { ...line, value: share, scored: share, merit: share, interval: null };
  }
  const before = candidate.before ? measureOf(item, candidate.before, now) : null;
  const gained = gain(better, before?.scored ?? null, scored);
  return {
    ...line,
    value: gained,
    scored: gained,
    merit: gained,
    interval: null,
    provisional: provisional || !before || before.provisional,
  };
}

/** A scope as text taken apart: `org`, `site:ID` or `team:ID`. */
export function scopeOf(text: string): { kind: 'org' | 'site' | 'team'; id: string } {
  const [kind = 'org', id = ''] = text.split(':');
  return { kind: kind as 'org' | 'site' | 'team', id };
}

/** The people of a scope at an instant; null means everybody. */
export function peopleOf(roster: Roster, scope: string, at: number): string[] | null {
  const { kind, id } = scopeOf(scope);
  if (kind === 'team') return membersOf(roster, id, at);
  if (kind === 'org') return null;
  return [...roster.teams.values()]
    .filter((team) => team.site === id)
    .flatMap((team) => membersOf(roster, team.id, at));
}

/** A window by name and an instant in it, or `custom` by its edges; epoch ms. */
export type AskedWindow = { name: WindowName; at: number; custom?: { from: number; to: number } | undefined };

/** The window of a board on its scope's calendar, the one before, and their buckets. */
export function spansOf(roster: Roster, scope: string, window: AskedWindow) {
  const zone = zoneOf(roster, scopeOf(scope));
  return spansAt(resolveWindow(window.name, window.at, zone, window.custom), zone);
}

/** A window on the calendar of a zone, the one before, and their buckets. */
export function spansAt(span: Span, zone: string) {
  const before = previousWindow(span, zone);
  return { span, before, buckets: bucketsOf(span), bucketsBefore: bucketsOf(before), zone };
}

const handledOf = (sums: FactSums): number => sums.handled ?? 0;

function gain(better: Better, before: number | null, now: number | null): number | null {
  if (before === null || now === null || better === 'range') return null;
  return Math.round((better === 'lower' ? before - now : now - before) * 1e6) / 1e6;
}
