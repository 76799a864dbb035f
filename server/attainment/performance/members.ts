import type { MemberColumn, MemberKpi, MemberRow, Members } from '#contract/team.ts';
import type { WindowName } from '#contract/windows.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import { type Plan, type PlanItem, planFor } from '#server/attainment/scoring/plan.ts';
import { type Measured, type Scored, scoreOf } from '#server/attainment/scoring/scoring.ts';
import { resolveWindow } from '#server/facts/windows.ts';
import type { Tx } from '#server/foundation/db.ts';
import { missing } from '#server/foundation/refusals.ts';
import { type Member, membersOf, rosterOf, zoneOf } from '#server/people/roster.ts';
import { resultsOf } from './people.ts';
import { windowOf } from './performance.ts';
import { personSubject } from './subjects.ts';

/** Which team, in the window that holds `at`; times epoch ms. */
export type MembersQuestion = { team: string; window: WindowName; at: number; now: number };

/**
 * Everyone who works in a team, with the scorecard of each: the same numbers as each one's own page. Who has no figures
 * in the window is there without values. Whoever is no agent and has none stays out.
 * @throws Refusal missing for an unknown team
 */
export async function teamMembers(
  tx: Tx,
  orgId: number,
  { team, window, at, now }: MembersQuestion,
): Promise<Omit<Members, 'next' | 'position'>> {
  const roster = await rosterOf(tx, orgId);
  const found = roster.teams.get(team);
  if (!found) throw missing(`There is no team ${team}.`);
  const span = resolveWindow(window, at, zoneOf(roster, { kind: 'team', id: team }));
  const people = membersOf(roster, team, Math.min(now, span.to - 1));
  const results = await resultsOf(tx, orgId, { span, now, people, seatedBefore: span.to });
  const known = new Map(results.map((result) => [result.subject.id, result]));
  const definitions = await definitionsFor(tx, orgId, span);
  const seated = people.flatMap((id): Seat[] => {
    const [member, subject] = [roster.people.get(id), personSubject(roster, id, span.to)];
    const result = known.get(id);
    if (!member || !subject || (!result && !member.roles.includes('agent'))) return [];
    const plan = result?.plan ?? planFor(definitions, subject);
    return [
      {
        member,
        plan,
        scored: result?.scored ?? scoreOf(plan, { sums: {} }, now),
        lastAt: result ? new Date(result.lastAt).toISOString() : null,
      },
    ];
  });
  return {
    team: { id: team, name: found.name },
    window: windowOf(span),
    columns: columnsOf(seated),
    items: seated.map(rowOf),
  };
}

type Seat = { member: Member; plan: Plan; scored: Scored; lastAt: string | null };

function columnsOf(seats: Seat[]): MemberColumn[] {
  const columns = new Map<string, MemberColumn>();
  for (const { plan } of seats)
    for (const { measure } of plan.card) {
      const { name, words, unit, better } = measure.definition;
      if (!columns.has(measure.id)) columns.set(measure.id, { id: measure.id, name, words, unit, better });
    }
  return [...columns.values()];
}

function rowOf({ member, plan, scored, lastAt }: Seat): MemberRow {
  const measured = new Map(scored.kpis.map((kpi) => [kpi.id, kpi]));
  return {
    subject: `person:${member.id}`,
    name: member.name,
    startedOn: member.startedOn,
    score: scored.score,
    eligible: scored.eligible,
    gates: scored.gates.length,
    lastAt,
    kpis: plan.card.flatMap((item) => cellOf(item, measured.get(item.measure.id)) ?? []),
  };
}

function cellOf(item: PlanItem, kpi: Measured | undefined): MemberKpi | null {
  if (!kpi) return null;
  const { id, value, sample, provisional, attainment, status, held } = kpi;
  const needs = Math.max(0, item.minSample - sample);
  return { id, value, sample, needs, provisional, attainment, status, held, weight: item.weight ?? 0 };
}
