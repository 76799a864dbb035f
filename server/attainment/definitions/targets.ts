import type { Marks } from '#contract/performance.ts';

/** Whose figures: a person with role, team, site and first day; a team at a site; a queue; a site. */
export type Subject =
  | {
      kind: 'person';
      id: string;
      role: string | null;
      team: string | null;
      site: string | null;
      startedOn: string | null;
    }
  | { kind: 'team'; id: string; site: string | null }
  | { kind: 'queue'; id: string; site: string | null }
  | { kind: 'site'; id: string };

/** Whom a target is for; `organisation` has no id. */
export type TargetOf = { kind: 'person' | 'team' | 'role' | 'queue' | 'site' | 'organisation'; id: string };

export type TargetVersion = {
  kpi: string;
  of: TargetOf;
  /** For a new hire's first days only. */
  rampDays: number | null;
  marks: Marks;
  version: number;
  effectiveFrom: number | null;
  /** The `of` as text: `organisation`, `team:ID`, ... */
  name: string;
};

/** A version as it was said: no marks where it ends the target. */
export type TargetSaid = Omit<TargetVersion, 'marks'> & { marks: Marks | null };

/** Whether there is a target at all. */
export const holds = (target: TargetSaid): target is TargetVersion => target.marks !== null;

/** The most specific target of a KPI in force for a subject, of versions already in force; null when there is none. */
export function targetFor(targets: readonly TargetVersion[], subject: Subject, to: number): TargetVersion | null {
  let best: TargetVersion | null = null;
  let rank = Number.POSITIVE_INFINITY;
  for (const target of targets) {
    const mine = rankOf(target, subject, to);
    if (mine < rank) [best, rank] = [target, mine];
  }
  return best;
}

/** Days since a person's first day at the last instant of a window; null when the first day is unknown. */
export function tenureDays(startedOn: string | null, to: number): number | null {
  const start = startedOn ? Date.parse(`${startedOn}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(start) ? null : Math.floor((to - 1 - start) / DAY_MS);
}

const DAY_MS = 86_400_000;
const NEVER = Number.POSITIVE_INFINITY;

/** The smaller the more specific: a ramp before what it ramps up to, and among ramps the shortest that still holds. */
function rankOf(target: TargetVersion, subject: Subject, to: number): number {
  const place = placeOf(target.of, subject);
  if (place === NEVER || target.rampDays === null) return place;
  if (subject.kind !== 'person') return NEVER;
  const days = tenureDays(subject.startedOn, to);
  if (days === null || days < 0 || days >= target.rampDays) return NEVER;
  return (target.of.kind === 'person' ? -20_000 : -10_000) + target.rampDays;
}

const PLACES = ['person', 'team', 'queue', 'site', 'role', 'organisation'] as const;

function placeOf(of: TargetOf, subject: Subject): number {
  const place = PLACES.indexOf(of.kind);
  if (of.kind === 'organisation') return place;
  if (of.kind === subject.kind) return of.id === subject.id ? place : NEVER;
  if (of.kind === 'role') return of.id === roleOf(subject) ? place : NEVER;
  if (of.kind === 'team' && subject.kind === 'person') return of.id === subject.team ? place : NEVER;
  return NEVER;
}

function roleOf(subject: Subject): string | null {
  if (subject.kind === 'person') return subject.role;
  return subject.kind === 'team' ? 'agent' : null;
}
