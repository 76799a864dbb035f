import type { Board } from '#contract/definitions.ts';
import { figuresOf, needPlaces } from '#server/attainment/performance/figures.ts';
import { peopleCandidates } from '#server/attainment/performance/people.ts';
import { figuresOfPeople } from '#server/attainment/performance/people-figures.ts';
import { seat } from '#server/attainment/performance/subjects.ts';
import type { Definitions } from '#server/attainment/scoring/plan.ts';
import { BUCKET_MS, type Span } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { type Earned, earnedBetween } from '#server/game/points/store.ts';
import type { Roster } from '#server/people/roster.ts';
import { teamAt } from '#server/people/rules.ts';
import { type Candidate, lineOf, measureName, peopleOf, scopeOf, spansAt, type spansOf } from './lines.ts';
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
  /** What was known at that instant (epoch ms); everything when missing. */
  knownAt?: number | undefined;
};

/** The lines of a board from the facts, in no order. `only` limits it to some people. */
export async function computeLines(tx: Tx, asking: Asking, only?: string[]): Promise<Line[]> {
  const { board, definitions, now } = asking;
  const measure = measureName(board.measure);
  if (measure.kind === 'points') return pointLines(tx, asking, only);
  const candidates =
    board.unit === 'team' ? await teamCandidates(tx, asking) : await personCandidates(tx, asking, only);
  return candidates.flatMap((candidate) => lineOf(candidate, { definitions, measure, now }) ?? []);
}

/** Points earned in the window, by awards and badges; spending them costs no place. A team's are its people's. */
async function pointLines(tx: Tx, asking: Asking, only?: string[]): Promise<Line[]> {
  const { orgId, board, roster, scope, spans } = asking;
  const people = only ?? peopleOf(roster, scope, spans.span.to - 1) ?? undefined;
  const earned = await earnedBetween(tx, orgId, { from: spans.span.from, to: spans.span.to, people });
  const line = (subject: string, own: Earned): Line => ({
    subject,
    merit: own.points,
    value: own.points,
    scored: own.points,
    sample: own.count,
    interval: null,
    lastAt: own.lastAt,
    provisional: false,
    held: null,
  });
  if (board.unit === 'person') return earned.map((own) => line(own.person, own));
  const teamOf = (person: string) => teamAt(roster.people.get(person)?.teams ?? [], spans.span.to - 1) ?? '';
  const teams = Map.groupBy(earned, ({ person }) => teamOf(person));
  return [...teams].flatMap(([team, own]) => (team === '' ? [] : [line(team, own.reduce(sumOfTwo))]));
}

const sumOfTwo = (a: Earned, b: Earned): Earned => ({
  person: a.person,
  points: a.points + b.points,
  count: a.count + b.count,
  lastAt: Math.max(a.lastAt, b.lastAt),
});

/** The lines of the same board in the window before, for movement. */
export const computeBefore = (tx: Tx, asking: Asking, definitions: Definitions): Promise<Line[]> =>
  computeLines(tx, { ...windowBefore(asking), definitions });

/** The same board, asked in the window before. */
export const windowBefore = (asking: Asking): Asking => ({
  ...asking,
  spans: spansAt(asking.spans.before, asking.spans.zone),
});

/** People with the window's figures, and where the measure asks for it with those of the window before. */
async function personCandidates(tx: Tx, asking: Asking, only?: string[]): Promise<Candidate[]> {
  const { orgId, roster, scope, spans, knownAt, definitions, board } = asking;
  const people = only ?? peopleOf(roster, scope, spans.span.to - 1) ?? undefined;
  const found = await peopleCandidates(
    tx,
    orgId,
    { buckets: spans.buckets, people, knownAt, roster, definitions, seatedBefore: spans.span.to },
    { rows: hasRows(definitions, board), series: wantsBuckets(definitions, board) },
  );
  const before = await sumsBefore(tx, asking, people);
  return found.map((one) => ({
    ...one,
    before: before?.has(one.subject.id) ? { sums: before.get(one.subject.id) ?? {} } : undefined,
  }));
}

function wantsBuckets(definitions: Definitions, board: Board): boolean {
  const { kind, kpi } = measureName(board.measure);
  return kind === 'kpi' && definitions.kpis.get(kpi)?.definition.kind !== 'proportion';
}

function hasRows(definitions: Definitions, board: Board): boolean {
  const definition = definitions.kpis.get(measureName(board.measure).kpi)?.definition;
  return Boolean(definition?.filter || definition?.caseMix);
}

async function sumsBefore(tx: Tx, { orgId, board, spans, knownAt }: Asking, people: string[] | undefined) {
  if (measureName(board.measure).kind !== 'improved') return null;
  return (await figuresOfPeople(tx, orgId, { ...spans.bucketsBefore, people, knownAt })).sums;
}

/** Teams with the same figures as their own pages: by bucket, and where a KPI asks for it by queue and channel. */
async function teamCandidates(tx: Tx, asking: Asking): Promise<Candidate[]> {
  const { roster, scope, spans, board } = asking;
  const { kind, id } = scopeOf(scope);
  const found: Candidate[] = [];
  for (const team of roster.teams.values()) {
    if (kind !== 'org' && (kind === 'site' ? team.site : team.id) !== id) continue;
    const { subject, figures } = await teamFigures(tx, asking, { team: team.id, span: spans.span });
    const last = figures.buckets.reduce((most, { bucket }) => Math.max(most, bucket), 0);
    if (last === 0) continue;
    const wantsBefore = measureName(board.measure).kind === 'improved';
    const before = wantsBefore ? await teamFigures(tx, asking, { team: team.id, span: spans.before }) : undefined;
    found.push({ subject, figures, before: before?.figures, lastAt: last * BUCKET_MS });
  }
  return found;
}

async function teamFigures(tx: Tx, { orgId, roster, definitions, knownAt }: Asking, of: { team: string; span: Span }) {
  const { subject, whose } = seat(roster, { kind: 'team', id: of.team }, of.span.to);
  const figures = await figuresOf(tx, orgId, { whose, span: of.span, knownAt, places: needPlaces(definitions) });
  return { subject, figures };
}
