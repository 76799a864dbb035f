import type { PointsBecause } from '#contract/points.ts';
import type { CauseAsked, CauseRow, Closed, Mark } from './store.ts';

const LATE_MS = 24 * 3_600_000;
const DAY_MS = 86_400_000;
/** Types that tell of a stretch of time, which may reach into a window from before. */
const STRETCHES: readonly string[] = ['agent.state', 'schedule.published', 'adherence.measured'];
/** How many causes a decision names; how many there were is told beside. */
const MOST = 5;

/** The same as a decision keeps it and a sentence tells it: what happened to what. */
export type Because = PointsBecause;

/** Why a window was decided again: the event that says most of it, some more of them, and how many there were. */
export type Cause = {
  because: Because;
  cause: { source: string; id: string };
  causes: { source: string; id: string }[];
  causesTotal: number;
};

/** What earns nothing because it came more than a day late, of a source that was not set to award it. */
export type Silent = (event: { type: string; source: string; time: number; recordedAt: number }) => boolean;

/** Corrections and words of the house have no age: only what sources tell of their own can come too late. */
export const silentOf =
  (awarding: ReadonlySet<string>): Silent =>
  ({ type, source, time, recordedAt }) =>
    type !== 'correction' && !HOUSE_TYPES.test(type) && recordedAt - time > LATE_MS && !awarding.has(source);

const HOUSE_TYPES = /^(person|queue|team|site)\./;

/** What says most comes first: a customer who came back explains little where something of the window itself was told. */
const WEIGHT: Record<CauseRow['way'], number> = { corrected: 3, moved: 3, mapped: 2, own: 1, named: 1, returned: 0 };

/** Of what may have changed a window that which did: within it, and not silent. Null where nothing is left. */
export function causeOf(rows: readonly CauseRow[], asked: CauseAsked, isSilent: Silent): Cause | null {
  const bearing = rows.filter((row) => isWithin(row, asked) && !isSilent(row));
  const byWeight = bearing.sort((a, b) => WEIGHT[b.way] - WEIGHT[a.way] || b.position - a.position);
  const once = [...new Map(byWeight.map((row) => [row.position, row])).values()];
  const [latest] = once;
  if (!latest) return null;
  const causes = once.slice(0, MOST).map(({ source, id }) => ({ source, id }));
  return {
    because: becauseOf(latest, asked),
    cause: { source: latest.source, id: latest.id },
    causes,
    causesTotal: once.length,
  };
}

function isWithin({ way, type, ends, time, about }: CauseRow, { from, to }: CauseAsked): boolean {
  if (way === 'mapped') return true;
  const told = instants(ends);
  if (told.length > 0) return told.some((end) => end >= from && end < to);
  if (way === 'corrected' || way === 'moved') return true;
  return STRETCHES.includes(about ?? type) ? time >= from - DAY_MS && time < to : time >= from && time < to;
}

const instants = (ends: CauseRow['ends']): number[] => ends.flatMap((end) => (end === null ? [] : [Date.parse(end)]));

function becauseOf({ way, about, aboutAt, channel, ends }: CauseRow, { from, to }: CauseAsked): Because {
  const end = instants(ends).find((one) => one >= from && one < to) ?? aboutAt ?? from;
  const at = Math.min(Math.max(end, from), to - 1);
  const what = whatOf(about, channel);
  if (way === 'mapped') return { how: 'mapped', what: 'event', at };
  if (way === 'corrected' || way === 'moved') return { how: 'corrected', what, at };
  return { how: way === 'returned' ? 'returned' : 'late', what, at };
}

function whatOf(type: string | null, channel: string | null): Because['what'] {
  if (type === 'interaction.ended') return channel === null || channel === 'voice' ? 'call' : 'contact';
  if (type === 'survey.answered') return 'survey';
  if (type === 'evaluation.completed') return 'evaluation';
  return type !== null && STRETCHES.includes(type) ? 'presence' : 'event';
}

/** A closed window with the people for whom it is to be decided again. */
export type Again = { closed: Closed; people: string[] };

/** Of windows that were closed those that a mark came after, each with the people of such marks. */
export function againOf(closed: readonly Closed[], wanted: ReadonlyMap<string, readonly Mark[]>): Again[] {
  return closed.flatMap((one) => {
    const late = (wanted.get(windowKey(one)) ?? []).filter((mark) => mark.position > one.position);
    const people = [...new Set(late.map(({ person }) => person))].sort();
    return people.length > 0 ? [{ closed: one, people }] : [];
  });
}

/** A window on the calendar of a zone, as a key. */
export const windowKey = ({ window, zone, from }: Pick<Closed, 'window' | 'zone' | 'from'>): string =>
  `${window} ${zone} ${from}`;
