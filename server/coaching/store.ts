import type { Tx } from '#server/foundation/db.ts';
import type { FlagAbout, Grain, Tested } from './rules.ts';

export type FlagRow = {
  id: string;
  person: string;
  kpi: string;
  rule: string;
  grain: Grain;
  about: FlagAbout;
  evidence: Tested[];
  gain: number;
  openedAt: number;
  state: 'open' | 'closed';
  why: 'gone' | 'leader' | null;
  closedAt: number | null;
  closedBy: string | null;
  closing: number | null;
  answers: number;
  answer: number | null;
  position: number;
};
export type PlanRow = {
  id: string;
  person: string;
  kpi: string;
  flag: string | null;
  by: string;
  steps: string[];
  dueOn: string;
  launchedAt: number;
  acknowledgedAt: number | null;
  state: 'open' | 'done' | 'cancelled';
  settledAt: number | null;
  settledBy: string | null;
  position: number;
};

/** Whoever decides about flags or follow-ups of an organisation waits here first. */
export const lockCoaching = (tx: Tx, orgId: number) => tx.rows('select pg_advisory_xact_lock(7061, $1)', [orgId]);

const FLAG = `id, person, kpi, rule, grain, about, evidence, gain, opened_at as "openedAt", state, why,
  closed_at as "closedAt", closed_by as "closedBy", closing, answers, answer, position`;
const PLAN = `id, person, kpi, flag, by, steps, due_on as "dueOn", launched_at as "launchedAt",
  acknowledged_at as "acknowledgedAt", state, settled_at as "settledAt", settled_by as "settledBy", position`;

export async function flagRow(tx: Tx, orgId: number, id: string): Promise<FlagRow | null> {
  const [row] = await tx.rows<FlagRow>(`select ${FLAG} from flags where org_id = $1 and id = $2`, [orgId, id]);
  return row ?? null;
}

/** Flags of some people in a state, by what there is to win; the newest 500 at most. */
export const flagRows = (tx: Tx, orgId: number, of: { people: string[]; state: 'open' | 'closed' }) =>
  tx.rows<FlagRow>(
    `select ${FLAG} from flags where org_id = $1 and person = any($2::text[]) and state = $3
     order by gain desc, opened_at desc, id limit 500`,
    [orgId, of.people, of.state],
  );

/** When a leader last closed a flag of these people, by person and KPI. */
export const leaderClosings = (tx: Tx, orgId: number, people: string[]) =>
  tx.rows<{ person: string; kpi: string; at: number }>(
    `select person, kpi, max(closed_at) as at from flags
     where org_id = $1 and person = any($2::text[]) and why = 'leader' group by person, kpi`,
    [orgId, people],
  );

export const insertFlag = (tx: Tx, orgId: number, row: FlagRow) =>
  tx.rows(
    `insert into flags (org_id, id, person, kpi, rule, grain, about, evidence, gain, opened_at, state, answers, position)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', 0, $11) on conflict (org_id, id) do nothing`,
    [
      orgId,
      row.id,
      row.person,
      row.kpi,
      row.rule,
      row.grain,
      JSON.stringify(row.about),
      JSON.stringify(row.evidence),
      row.gain,
      row.openedAt,
      row.position,
    ],
  );

/** Adds a window to a flag's evidence once. */
export const joinFlag = (tx: Tx, orgId: number, of: { id: string; window: Tested; gain: number }) =>
  tx.rows(
    `update flags set evidence = evidence || $3::jsonb, gain = $4 where org_id = $1 and id = $2
     and not evidence @> jsonb_build_array(jsonb_build_object('from', $5::bigint))`,
    [orgId, of.id, JSON.stringify([of.window]), of.gain, of.window.from],
  );

export const answerFlag = (tx: Tx, orgId: number, of: { id: string; n: number; position: number }) =>
  tx.rows('update flags set answers = $3, answer = $4 where org_id = $1 and id = $2 and answers < $3', [
    orgId,
    of.id,
    of.n,
    of.position,
  ]);

type Closing = { id: string; why: 'gone' | 'leader'; by: string | null; at: number; position: number };
export const closeFlag = (tx: Tx, orgId: number, of: Closing) =>
  tx.rows(
    `update flags set state = 'closed', why = $3, closed_by = $4, closed_at = $5, closing = $6
     where org_id = $1 and id = $2 and state = 'open'`,
    [orgId, of.id, of.why, of.by, of.at, of.position],
  );

export async function planRow(tx: Tx, orgId: number, id: string): Promise<PlanRow | null> {
  const [row] = await tx.rows<PlanRow>(`select ${PLAN} from coaching_plans where org_id = $1 and id = $2`, [orgId, id]);
  return row ?? null;
}

/** Follow-ups of some people, in a state or in any, the newest first. */
export const planRows = (tx: Tx, orgId: number, of: { people: string[]; state: string | null }) =>
  tx.rows<PlanRow>(
    `select ${PLAN} from coaching_plans where org_id = $1 and person = any($2::text[])
     and ($3::text is null or state = $3) order by launched_at desc, id limit 500`,
    [orgId, of.people, of.state],
  );

/** The follow-ups that came from these flags, the newest first. */
export const plansOfFlags = (tx: Tx, orgId: number, flags: string[]) =>
  tx.rows<PlanRow>(
    `select ${PLAN} from coaching_plans where org_id = $1 and flag = any($2::text[]) order by launched_at desc, id`,
    [orgId, flags],
  );

export const insertPlan = (tx: Tx, orgId: number, row: PlanRow) =>
  tx.rows(
    `insert into coaching_plans (org_id, id, person, kpi, flag, by, steps, due_on, launched_at, state, position)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10) on conflict (org_id, id) do nothing`,
    [
      orgId,
      row.id,
      row.person,
      row.kpi,
      row.flag,
      row.by,
      JSON.stringify(row.steps),
      row.dueOn,
      row.launchedAt,
      row.position,
    ],
  );

export const acknowledgePlan = (tx: Tx, orgId: number, of: { id: string; at: number }) =>
  tx.rows('update coaching_plans set acknowledged_at = $3 where org_id = $1 and id = $2 and acknowledged_at is null', [
    orgId,
    of.id,
    of.at,
  ]);

export const settlePlan = (tx: Tx, orgId: number, of: { id: string; state: string; by: string; at: number }) =>
  tx.rows(
    `update coaching_plans set state = $3, settled_by = $4, settled_at = $5
     where org_id = $1 and id = $2 and state = 'open'`,
    [orgId, of.id, of.state, of.by, of.at],
  );
