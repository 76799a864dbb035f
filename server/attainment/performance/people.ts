import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import type { Subject } from '#server/attainment/definitions/targets.ts';
import { type Definitions, type Plan, planFor, type Span } from '#server/attainment/scoring/plan.ts';
import { type Figures, type Scored, scoreOf } from '#server/attainment/scoring/scoring.ts';
import { BUCKET_MS, bucketsOf } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent } from '#server/log/catalogue.ts';
import { type Roster, rosterOf } from '#server/people/roster.ts';
import { figuresOfPeople, type PeopleFigures } from './people-figures.ts';
import { personSubject } from './subjects.ts';

/** Somebody with figures in a window; `lastAt` is the begin of the last bucket with any, epoch ms. */
export type PersonFigures = { subject: Subject; figures: Figures; lastAt: number };

/** How somebody did in a window. */
export type PersonResult = PersonFigures & { plan: Plan; scored: Scored };

/** Of whom, of which window, as of which instants (epoch ms); everybody when `people` is missing. */
export type PeopleQuestion = {
  span: Span;
  now: number;
  people?: string[] | undefined;
  knownAt?: number | undefined;
  seatedBefore?: number | undefined;
};

/** Score, KPIs and gates of everybody who has figures in a window, in no order: the same numbers as each one's own page. */
export async function resultsOf(tx: Tx, orgId: number, asked: PeopleQuestion): Promise<PersonResult[]> {
  const { span, now, people, knownAt, seatedBefore } = asked;
  const roster = await rosterOf(tx, orgId);
  const definitions = await definitionsFor(tx, orgId, span, knownAt);
  const among = { buckets: bucketsOf(span), people, knownAt, roster, definitions, seatedBefore };
  const found = await peopleCandidates(tx, orgId, among, { rows: false, series: false });
  return found.map((one) => {
    const plan = planFor(definitions, one.subject);
    return { ...one, plan, scored: scoreOf(plan, one.figures, now) };
  });
}

export type Among = {
  buckets: { from: number; to: number };
  people?: string[] | undefined;
  knownAt?: number | undefined;
  roster: Roster;
  definitions: Definitions;
  /** Who people were, where that is not who they are now. */
  seats?: ReadonlyMap<string, Subject> | undefined;
  /** People are weighed in the team that they were in at the last instant before (epoch ms); in that of now when missing. */
  seatedBefore?: number | undefined;
  /** Which events count, where not all do. */
  only?: ((event: LoggedEvent) => boolean) | undefined;
};

/** Everybody with figures in some buckets; rows by queue and series by bucket where wanted, or where a plan needs them. */
export async function peopleCandidates(
  tx: Tx,
  orgId: number,
  { buckets, people, knownAt, roster, definitions, seats, seatedBefore, only }: Among,
  wanted: { rows: boolean; series: boolean },
): Promise<PersonFigures[]> {
  const found = await figuresOfPeople(tx, orgId, { ...buckets, people, knownAt, only });
  const subjects = [...found.sums.keys()].flatMap((person) =>
    person === '' ? [] : (seats?.get(person) ?? personSubject(roster, person, seatedBefore) ?? []),
  );
  const plans = new Set(subjects.map((subject) => planFor(definitions, subject)));
  const more = await moreOf(found, {
    rows: wanted.rows || [...plans].some((plan) => plan.needs.rows),
    series: wanted.series || [...plans].some((plan) => plan.needs.buckets),
  });
  return subjects.map((subject) => ({
    subject,
    figures: { sums: found.sums.get(subject.id) ?? {}, ...more(subject.id) },
    lastAt: (found.last.get(subject.id) ?? 0) * BUCKET_MS,
  }));
}

async function moreOf(found: PeopleFigures, wanted: { rows: boolean; series: boolean }) {
  const rows = wanted.rows ? await found.rows() : null;
  const series = wanted.series ? await found.series() : null;
  return (person: string): Partial<Figures> => ({
    ...(rows ? { rows: rows.get(person) } : {}),
    ...(series ? { buckets: series.get(person)?.map(({ facts }) => ({ sums: facts })) } : {}),
  });
}
