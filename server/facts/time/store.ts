import type { FactSums } from '#contract/facts.ts';
import { FACT_NAMES, FACTS } from '#contract/facts.ts';
import { numberArray, textArray } from '#server/foundation/arrays.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { AgentState, Plan } from './timelines.ts';

/** One agent over [from, to) epoch ms. */
export type AgentSpan = { agent: number; from: number; to: number };

/** The states within each span, with the last one before and the first one after it. */
export const statesAround = (tx: Tx, orgId: number, spans: readonly AgentSpan[]): Promise<AgentState[]> =>
  tx.rows<AgentState>(
    `select s.* from unnest($2::int[], $3::bigint[], $4::bigint[]) as g(wanted, from_at, to_at), lateral (
       (select ${STATE} from facts_states where org_id = $1 and agent = g.wanted and time < g.from_at
        order by time desc, source desc, id desc limit 1)
       union all
       (select ${STATE} from facts_states where org_id = $1 and agent = g.wanted and time >= g.from_at and time < g.to_at)
       union all
       (select ${STATE} from facts_states where org_id = $1 and agent = g.wanted and time >= g.to_at
        order by time, source, id limit 1)) s`,
    [orgId, ...spanColumns(spans)],
  );

/** The last state before an instant of each agent. */
export const lastStates = (tx: Tx, orgId: number, agents: readonly number[], before: number): Promise<AgentState[]> =>
  tx.rows<AgentState>(
    `select s.* from unnest($2::int[]) as g(wanted), lateral (
       select ${STATE} from facts_states where org_id = $1 and agent = g.wanted and time < $3
       order by time desc, source desc, id desc limit 1) s`,
    [orgId, numberArray(agents), before],
  );

/** Schedules and measurements that overlap each span. */
export const plansWithin = (tx: Tx, orgId: number, spans: readonly AgentSpan[]): Promise<Plan[]> =>
  tx.rows<Plan>(
    `select agent, time, source, id, p.from_at as "from", p.to_at as "to", productive, scheduled_ms as "scheduledMs", adherent_ms as "adherentMs"
     from unnest($2::int[], $3::bigint[], $4::bigint[]) as g(wanted, begins, ends)
     join facts_plans p on p.org_id = $1 and p.agent = g.wanted and p.to_at > g.begins and p.from_at < g.ends`,
    [orgId, ...spanColumns(spans)],
  );

/** Where the schedules of agents overlap [from, to). */
export const schedulesWithin = (
  tx: Tx,
  orgId: number,
  asked: { agents: readonly number[]; from: number; to: number },
): Promise<AgentSpan[]> =>
  tx.rows<AgentSpan>(
    `select g.wanted as agent, greatest(p.from_at, $3) as "from", least(p.to_at, $4) as "to"
     from unnest($2::int[]) as g(wanted), lateral (
       select from_at, to_at from facts_plans
       where org_id = $1 and agent = g.wanted and to_at > $3 and from_at < $4 and productive is not null offset 0) p`,
    [orgId, numberArray(asked.agents), asked.from, asked.to],
  );

export const saveStates = (tx: Tx, orgId: number, states: readonly AgentState[]) =>
  tx.rows(
    `insert into facts_states (org_id, agent, time, source, id, state, reason)
     select $1, * from unnest($2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
     on conflict (org_id, agent, time, source, id) do update set state = excluded.state, reason = excluded.reason`,
    [
      orgId,
      numberArray(states.map((s) => s.agent)),
      numberArray(states.map((s) => s.time)),
      textArray(states.map((s) => s.source)),
      textArray(states.map((s) => s.id)),
      textArray(states.map((s) => s.state)),
      states.map((s) => s.reason),
    ],
  );

export const dropStates = (tx: Tx, orgId: number, states: readonly AgentState[]) =>
  tx.rows(
    `delete from facts_states s using unnest($2::int[], $3::bigint[], $4::text[], $5::text[]) as g(agent, time, source, id)
     where s.org_id = $1 and s.agent = g.agent and s.time = g.time and s.source = g.source and s.id = g.id`,
    [
      orgId,
      numberArray(states.map((s) => s.agent)),
      numberArray(states.map((s) => s.time)),
      textArray(states.map((s) => s.source)),
      textArray(states.map((s) => s.id)),
    ],
  );

export const savePlans = (tx: Tx, orgId: number, plans: readonly Plan[]) =>
  tx.rows(
    `insert into facts_plans (org_id, agent, source, id, time, from_at, to_at, productive, scheduled_ms, adherent_ms)
     select $1, * from unnest($2::int[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::json[], $9::bigint[], $10::bigint[])
     on conflict (org_id, agent, source, id) do update set from_at = excluded.from_at, to_at = excluded.to_at,
       productive = excluded.productive, scheduled_ms = excluded.scheduled_ms, adherent_ms = excluded.adherent_ms`,
    [
      orgId,
      numberArray(plans.map((p) => p.agent)),
      textArray(plans.map((p) => p.source)),
      textArray(plans.map((p) => p.id)),
      numberArray(plans.map((p) => p.time)),
      numberArray(plans.map((p) => p.from)),
      numberArray(plans.map((p) => p.to)),
      plans.map((p) => (p.productive ? JSON.stringify(p.productive) : null)),
      numberArray(plans.map((p) => p.scheduledMs)),
      numberArray(plans.map((p) => p.adherentMs)),
    ],
  );

export const dropPlans = (tx: Tx, orgId: number, plans: readonly Plan[]) =>
  tx.rows(
    `delete from facts_plans p using unnest($2::int[], $3::text[], $4::text[]) as g(agent, source, id)
     where p.org_id = $1 and p.agent = g.agent and p.source = g.source and p.id = g.id`,
    [
      orgId,
      numberArray(plans.map((p) => p.agent)),
      textArray(plans.map((p) => p.source)),
      textArray(plans.map((p) => p.id)),
    ],
  );

/** One person's buckets [from, to). */
export type PersonRange = { person: string; from: number; to: number };
export type TimeRow = { person: string; bucket: number; facts: FactSums };

/** The time facts that are stored for people in ranges of buckets, named ones by reason included. */
export async function storedTime(tx: Tx, orgId: number, ranges: readonly PersonRange[]): Promise<TimeRow[]> {
  const values = [
    orgId,
    textArray(ranges.map((r) => r.person)),
    numberArray(ranges.map((r) => r.from)),
    numberArray(ranges.map((r) => r.to)),
  ];
  const core = await tx.rows<Record<string, number | null> & { person: string; bucket: number }>(STORED, values);
  const named = await tx.rows<{ person: string; bucket: number; fact: string; value: number }>(STORED_NAMED, values);
  return [
    ...core.map(({ person, bucket, ...facts }) => ({ person, bucket, facts: present(facts) })),
    ...named.map(({ person, bucket, fact, value }) => ({ person, bucket, facts: { [fact]: value } })),
  ];
}

const TIME_FACTS = FACT_NAMES.filter((name) => FACTS[name] === 'time');
const STATE = 'agent, time, source, id, state, reason';
const RANGES = `unnest($2::text[], $3::int[], $4::int[]) as g(wanted, begins, ends)`;
const AT = `org_id = $1 and person = g.wanted and queue = '' and channel = '' and bucket >= g.begins and bucket < g.ends`;
// "offset 0" keeps the planner on the primary key, whatever it believes about the table's size
const STORED = `select f.* from ${RANGES}, lateral (select person, bucket, ${TIME_FACTS.join(', ')} from facts where ${AT} offset 0) f`;
const STORED_NAMED = `select f.* from ${RANGES}, lateral (
  select person, bucket, fact, value from facts_named where ${AT} and fact >= 'pause_ms:' and fact < 'pause_ms;' offset 0) f`;

const spanColumns = (spans: readonly AgentSpan[]): string[] => [
  numberArray(spans.map((s) => s.agent)),
  numberArray(spans.map((s) => s.from)),
  numberArray(spans.map((s) => s.to)),
];

function present(facts: Record<string, number | null>): FactSums {
  const kept: FactSums = {};
  for (const name in facts) if (facts[name]) kept[name] = facts[name] as number;
  return kept;
}
