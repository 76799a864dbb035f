import type { CoachedKpi, CoachedPerson, Coaching, Flag, OwnCoaching } from '#contract/coaching.ts';
import { definitionsFor } from '#server/attainment/definitions/definitions.ts';
import type { Definitions } from '#server/attainment/scoring/plan.ts';
import type { Tx } from '#server/foundation/db.ts';
import { flowPosition } from '#server/log/flow-store.ts';
import type { Ground } from '#server/log/ground.ts';
import { personalOf } from '#server/log/personal-store.ts';
import { type Roster, rosterOf } from '#server/people/roster.ts';
import { ALL_STEPS } from './playbooks.ts';
import * as store from './store.ts';

type Shown = { tx: Tx; orgId: number; roster: Roster; definitions: Definitions };

/** What names of people and KPIs are told by. */
export async function shownBy(tx: Tx, orgId: number, now: number): Promise<Shown> {
  const roster = await rosterOf(tx, orgId);
  return { tx, orgId, roster, definitions: await definitionsFor(tx, orgId, { name: 'day', from: now, to: now }) };
}

/** Flags as they are told, with the words that people wrote. */
export async function presentFlags(by: Shown, rows: store.FlagRow[]): Promise<Flag[]> {
  const said = await personalOf(
    by.tx,
    by.orgId,
    rows.flatMap(({ answer, closing }) => [answer ?? [], closing ?? []].flat()),
  );
  const plans = await store.plansOfFlags(
    by.tx,
    by.orgId,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const own = plans.filter((plan) => plan.flag === row.id);
    const plan = own.find(({ state }) => state === 'open') ?? own[0];
    return {
      id: row.id,
      person: personOf(by, row.person),
      kpi: kpiOf(by, row.kpi),
      rule: row.rule,
      openedAt: instant(row.openedAt),
      state: row.state,
      closed:
        row.closedAt === null
          ? null
          : {
              at: instant(row.closedAt),
              why: row.why ?? 'gone',
              by: row.closedBy,
              reason: said.get(row.closing ?? 0)?.reason ?? null,
            },
      evidence: row.evidence.map(({ count: _count, side: _side, ...one }) => ({
        ...one,
        from: instant(one.from),
        to: instant(one.to),
      })),
      guardOf: row.about.guardOf,
      gain: row.gain / 10,
      answer: said.get(row.answer ?? 0)?.answer ?? null,
      plan: plan ? { id: plan.id, state: plan.state, dueOn: plan.dueOn } : null,
      receipt: `flag:${row.id}`,
    };
  });
}

/** Follow-ups as they are told, with goal and steps in words. */
export async function presentPlans(by: Shown, rows: store.PlanRow[]): Promise<Coaching[]> {
  const said = await personalOf(
    by.tx,
    by.orgId,
    rows.map(({ position }) => position),
  );
  return rows.map((row) => {
    const words = said.get(row.position);
    return {
      id: row.id,
      person: personOf(by, row.person),
      kpi: kpiOf(by, row.kpi),
      flag: row.flag,
      by: { id: row.by, name: by.roster.people.get(row.by)?.name ?? row.by },
      goal: words?.goal ?? null,
      steps: row.steps.map((id) => ({ id, text: ALL_STEPS.get(id)?.text ?? words?.[id] ?? '' })),
      dueOn: row.dueOn,
      launchedAt: instant(row.launchedAt),
      acknowledgedAt: row.acknowledgedAt === null ? null : instant(row.acknowledgedAt),
      state: row.state,
      settledAt: row.settledAt === null ? null : instant(row.settledAt),
      receipt: `coaching:${row.id}`,
    };
  });
}

type Wanted = { people: string[]; state: 'open' | 'closed' };
type Reading = Pick<Ground, 'db' | 'clock'>;

/** All flags of some people, and the position that they cover. */
export const flagsOf = ({ db, clock }: Reading, orgId: number, wanted: Wanted) =>
  db.of(orgId).snapshot(async (tx) => {
    const position = String(await flowPosition(tx, orgId));
    const rows = await store.flagRows(tx, orgId, wanted);
    return { items: await presentFlags(await shownBy(tx, orgId, clock.now()), rows), next: null, position };
  });

/** Follow-ups of some people, and the open flags of a single one who is asked for. */
export const coachingOf = (
  { db, clock }: Reading,
  orgId: number,
  wanted: { people: string[]; state: string | null; own: boolean },
): Promise<OwnCoaching> =>
  db.of(orgId).snapshot(async (tx) => {
    const position = String(await flowPosition(tx, orgId));
    const by = await shownBy(tx, orgId, clock.now());
    const items = await presentPlans(by, await store.planRows(tx, orgId, wanted));
    const flags = wanted.own ? await store.flagRows(tx, orgId, { people: wanted.people, state: 'open' }) : [];
    return { items, flags: await presentFlags(by, flags), next: null, position };
  });

const instant = (ms: number): string => new Date(ms).toISOString();

function personOf({ roster }: Shown, id: string): CoachedPerson {
  const member = roster.people.get(id);
  return { id, name: member?.name ?? id, team: member?.team ?? null };
}

function kpiOf({ definitions }: Shown, id: string): CoachedKpi {
  const known = definitions.kpis.get(id)?.definition;
  return { id, name: known?.name ?? id, unit: known?.unit ?? 'number', better: known?.better ?? 'higher' };
}
