import type { Board } from '#contract/definitions.ts';
import type { FactSums } from '#contract/facts.ts';
import { type Definitions, planFor } from '#server/attainment/plan.ts';
import type { Figures } from '#server/attainment/scoring.ts';
import type { Subject } from '#server/attainment/targets.ts';
import { lastByPerson, rowsByPerson, seriesByPerson, sumByPerson } from '#server/facts/store.ts';
import { BUCKET_MS } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { membersOf, type Roster } from '#server/people/roster.ts';
import { type Candidate, lineOf, measureName, peopleOf, scopeOf, type spansOf, subjectOf } from './lines.ts';
import type { Line } from './rules.ts';

export type Spanned = ReturnType<typeof spansOf>;
export type Asking = {
  orgId: number;
  board: Board;
  scope: string;
  spans: Spanned;
  roster: Roster;
  definitions: Definitions;
  now: number;
};

/** The lines of a board from the facts, in no order. `only` limits it to some people. */
export async function computeLines(tx: Tx, asking: Asking, only?: string[]): Promise<Line[]> {
  const { board, definitions, now } = asking;
  const measure = measureName(board.measure);
  if (measure.kind === 'points') return [];
  const candidates =
    board.unit === 'team' ? await teamCandidates(tx, asking) : await personCandidates(tx, asking, only);
  return candidates.flatMap((candidate) => lineOf(candidate, { definitions, measure, now }) ?? []);
}

/** The lines of the same board in the window before, for movement. */
export const computeBefore = (tx: Tx, asking: Asking, definitions: Definitions): Promise<Line[]> =>
  computeLines(tx, {
    ...asking,
    definitions,
    spans: { ...asking.spans, span: asking.spans.before, buckets: asking.spans.bucketsBefore },
  });

/** Figures of people with the window's sums, and rows or buckets where their plans need them. */
async function personCandidates(tx: Tx, asking: Asking, only?: string[]): Promise<Candidate[]> {
  const { orgId, roster, scope, spans } = asking;
  const people = only ?? peopleOf(roster, scope, spans.span.to - 1) ?? undefined;
  const asked = { ...spans.buckets, ...(people ? { people } : {}) };
  const sums = await sumByPerson(tx, orgId, asked);
  const last = await lastByPerson(tx, orgId, asked);
  const subjects = [...sums.keys()].flatMap((person) => (person === '' ? [] : (subjectOf(roster, person) ?? [])));
  const more = await moreFigures(tx, asking, { asked, subjects });
  const before = await sumsBefore(tx, asking, people);
  return subjects.map((subject) => ({
    subject,
    figures: { sums: sums.get(subject.id) ?? {}, ...more(subject.id) },
    before: before?.get(subject.id) ? { sums: before.get(subject.id) as FactSums } : undefined,
    lastAt: (last.get(subject.id) ?? 0) * BUCKET_MS,
  }));
}

async function moreFigures(
  tx: Tx,
  { orgId, definitions, board }: Asking,
  at: { asked: { from: number; to: number; people?: string[] }; subjects: Subject[] },
) {
  const needs = { rows: false, buckets: wantsBuckets(definitions, board) };
  for (const subject of at.subjects) {
    const plan = planFor(definitions, subject);
    needs.rows ||= plan.needs.rows || hasRows(definitions, board);
    needs.buckets ||= plan.needs.buckets;
    if (needs.rows && needs.buckets) break;
  }
  const rows = needs.rows ? await rowsByPerson(tx, orgId, at.asked) : null;
  const series = needs.buckets ? await seriesByPerson(tx, orgId, at.asked) : null;
  return (person: string): Partial<Figures> => ({
    ...(rows ? { rows: rows.get(person) } : {}),
    ...(series ? { buckets: series.get(person)?.map(({ facts }) => ({ sums: facts })) } : {}),
  });
}

function wantsBuckets(definitions: Definitions, board: Board): boolean {
  const { kind, kpi } = measureName(board.measure);
  return kind === 'kpi' && definitions.kpis.get(kpi)?.definition.kind !== 'proportion';
}

function hasRows(definitions: Definitions, board: Board): boolean {
  const definition = definitions.kpis.get(measureName(board.measure).kpi)?.definition;
  return Boolean(definition?.filter || definition?.caseMix);
}

async function sumsBefore(
  tx: Tx,
  { orgId, board, spans }: Asking,
  people: string[] | undefined,
): Promise<Map<string, FactSums> | null> {
  if (measureName(board.measure).kind !== 'improved') return null;
  return sumByPerson(tx, orgId, { ...spans.bucketsBefore, ...(people ? { people } : {}) });
}

async function teamCandidates(tx: Tx, { orgId, roster, scope, spans }: Asking): Promise<Candidate[]> {
  const { kind, id } = scopeOf(scope);
  const teams = [...roster.teams.values()].filter(
    (team) => kind === 'org' || (kind === 'site' ? team.site === id : team.id === id),
  );
  const sums = await sumByPerson(tx, orgId, spans.buckets);
  return teams.flatMap((team) => {
    const members = membersOf(roster, team.id, spans.span.to - 1);
    const total = addUp(members.map((member) => sums.get(member) ?? {}));
    const subject: Subject = { kind: 'team', id: team.id, site: team.site };
    return Object.keys(total).length > 0 ? [{ subject, figures: { sums: total }, lastAt: 0 }] : [];
  });
}

function addUp(all: FactSums[]): FactSums {
  const total: FactSums = {};
  for (const sums of all)
    for (const [fact, value] of Object.entries(sums)) total[fact] = (total[fact] ?? 0) + (value ?? 0);
  return total;
}
