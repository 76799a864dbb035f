import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import { peopleCandidates } from '#server/attainment/performance/people.ts';
import { planFor } from '#server/attainment/scoring/plan.ts';
import { bucketsOf, previousWindow, resolveWindow, type Span } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { Roster } from '#server/people/roster.ts';
import { type Grain, N, type Tested, testWindow, type Watch, watchesOf } from './rules.ts';

/** How far back windows with enough sample are looked for. */
const LOOK: Record<Grain, number> = { day: 14, week: 6 };

/** A KPI of a person as its last windows showed it; `watch` and `attainment` are those of the newest one. */
export type Seen = { watch: Watch; whole: number; attainment: number | null; windows: Tested[] };
export type SeenPeople = Map<string, Map<string, Seen>>;

type Asked = { people: string[]; zone: string; roster: Roster; closing: { window: Grain; from: number }; now: number };

/**
 * The last windows of people by KPI, up to a closing. Days and weeks never mix: a KPI that has enough on at least N of
 * the last 14 days is weighed by days, and any other (surveys, evaluations) by weeks.
 */
export async function windowsOf(tx: Tx, orgId: number, asked: Asked): Promise<SeenPeople> {
  const { closing, zone } = asked;
  const newest = resolveWindow(closing.window, closing.from, zone);
  if (closing.window === 'day') return byDays(await lookBack(tx, orgId, { ...asked, newest }));
  const lastDay = resolveWindow('day', newest.to - 1, zone);
  const days = byDays(await lookBack(tx, orgId, { ...asked, newest: lastDay }));
  const weeks = await lookBack(tx, orgId, { ...asked, newest });
  for (const [person, kpis] of weeks) for (const kpi of kpis.keys()) if (days.get(person)?.has(kpi)) kpis.delete(kpi);
  return weeks;
}

function byDays(found: SeenPeople): SeenPeople {
  for (const kpis of found.values()) for (const [kpi, seen] of kpis) if (seen.windows.length < N) kpis.delete(kpi);
  return found;
}

async function lookBack(tx: Tx, orgId: number, asked: Asked & { newest: Span }): Promise<SeenPeople> {
  const found: SeenPeople = new Map();
  let span = asked.newest;
  for (let step = 0; step < LOOK[span.name as Grain]; step += 1, span = previousWindow(span, asked.zone))
    await addWindow(tx, orgId, { ...asked, span, found });
  return found;
}

async function addWindow(tx: Tx, orgId: number, asked: Asked & { span: Span; found: SeenPeople }): Promise<void> {
  const { span, people, roster, now, found } = asked;
  const definitions = await definitionsFor(tx, orgId, span);
  const among = { buckets: bucketsOf(span), people, roster, definitions };
  for (const { subject, figures } of await peopleCandidates(tx, orgId, among, { rows: false, series: true })) {
    if (subject.kind !== 'person') continue;
    const plan = planFor(definitions, subject);
    const whole = plan.card.reduce((sum, item) => sum + (item.weight ?? 0), 0);
    const kpis = found.get(subject.id) ?? new Map<string, Seen>();
    found.set(subject.id, kpis);
    for (const watch of watchesOf(plan)) {
      const seen = kpis.get(watch.item.measure.id);
      if (seen && seen.windows.length >= N) continue;
      const tested = testWindow(watch, figures, { grain: span.name as Grain, from: span.from, to: span.to, now });
      if (!tested) continue;
      if (seen) seen.windows.unshift(tested.tested);
      else
        kpis.set(watch.item.measure.id, {
          watch,
          whole,
          attainment: watch.about.guardOf ? null : tested.attainment,
          windows: [tested.tested],
        });
    }
  }
}
