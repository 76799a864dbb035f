import { FACT_NAMES, type Fact } from '#contract/facts.ts';
import type { Contribution } from '#server/facts/rules.ts';
import { numberArray, textArray } from '#server/foundation/arrays.ts';
import type { Tx } from '#server/foundation/db.ts';

/**
 * Adds contributions (one per key, in key order) to the stored facts, in one statement for the core facts and one
 * for named ones. What comes to 0 becomes null, or no row, so that any way to the same sums leaves the same rows.
 * @param prune also removes core rows that became empty; needed only after subtractions
 */
export async function addContributions(
  tx: Tx,
  orgId: number,
  rows: readonly Contribution[],
  prune: boolean,
): Promise<void> {
  const { core, named } = parted(rows);
  if (core.length > 0) await addCore(tx, orgId, core);
  const cameToZero = named.length > 0 && (await addNamed(tx, orgId, named));
  if (cameToZero) await tx.rows(PRUNE_NAMED, [orgId, ...namedColumns(named)]);
  const lessened = prune ? core.filter(isLessened) : [];
  if (lessened.length > 0) await tx.rows(PRUNE, [orgId, ...keyColumns(lessened)]);
}

/** Whether a row may be empty afterwards: no core fact grew, but for the one that may be negative. */
function isLessened({ facts }: Contribution): boolean {
  for (const name in facts) {
    const isCount = groupOf.has(name) && name !== 'sentiment_permille';
    if (isCount && (facts[name] as number) > 0) return false;
  }
  return true;
}

function parted(rows: readonly Contribution[]): { core: Contribution[]; named: NamedRow[] } {
  const core: Contribution[] = [];
  const named: NamedRow[] = [];
  for (const row of rows) {
    let hasCore = false;
    for (const fact in row.facts) {
      if (groupOf.has(fact)) hasCore = true;
      else if (row.facts[fact]) named.push({ row, fact, value: row.facts[fact] });
    }
    if (hasCore) core.push(row);
  }
  return { core, named };
}

/** Facts that occur together are written together, so that there are few different statements. */
const TOGETHER: Fact[][] = [
  [
    'handled',
    'transferred_out',
    'short',
    'hold_n',
    'ring_ms',
    'talk_ms',
    'hold_ms',
    'acw_ms',
    'resolved',
    'offered',
    'answered',
    'answer_wait_ms',
    'answered_in_sl',
  ],
  ['missed', 'rejected'],
  ['abandoned', 'abandon_wait_ms', 'abandoned_in_sl', 'abandoned_short', 'left_in_ivr', 'voicemail', 'callback'],
  ['available_ms', 'on_contact_ms', 'wrap_ms', 'pause_ms', 'login_ms', 'scheduled_ms', 'adherent_ms', 'worked_ms'],
  ['csat_n', 'csat_top', 'csat_sum', 'nps_n', 'nps_promoters', 'nps_detractors', 'ces_n', 'ces_sum'],
  ['qa_points', 'qa_possible', 'qa_n', 'qa_critical'],
];
const OTHERS = FACT_NAMES.filter((name) => !TOGETHER.some((group) => group.includes(name)));
const GROUPS: Fact[][] = [...TOGETHER, OTHERS];
const groupOf = new Map(GROUPS.flatMap((group, i) => group.map((name) => [name as string, i] as const)));
const statements = new Map<string, { text: string; names: Fact[] }>();

async function addCore(tx: Tx, orgId: number, rows: readonly Contribution[]): Promise<void> {
  const used = new Set<number>();
  for (const row of rows) for (const name in row.facts) used.add(groupOf.get(name) ?? -1);
  used.delete(-1);
  const { text, names } = statementOf([...used].sort());
  await tx.rows(text, [
    orgId,
    ...keyColumns(rows),
    ...names.map((name) => numberArray(rows.map((row) => row.facts[name] || null))),
  ]);
}

function statementOf(groups: number[]): { text: string; names: Fact[] } {
  const shape = groups.join();
  let statement = statements.get(shape);
  if (!statement) {
    const names = groups.flatMap((group) => GROUPS[group] as Fact[]);
    statement = { text: insertOf(names), names };
    statements.set(shape, statement);
  }
  return statement;
}

const insertOf = (names: Fact[]): string => `
insert into facts as f (org_id, person, bucket, queue, channel, ${names.join(', ')})
select $1, * from unnest($2::text[], $3::int[], $4::text[], $5::text[], ${names.map((_, i) => `$${i + 6}::bigint[]`).join(', ')})
on conflict (org_id, person, bucket, queue, channel) do update
set ${names.map((n) => `${n} = nullif(coalesce(f.${n} + excluded.${n}, f.${n}, excluded.${n}), 0)`).join(', ')}`;

// "offset 0" keeps the planner on the primary keys, whatever it believes about the tables' size
const PRUNE = `
delete from facts where ctid = any(array(
  select f.ctid from unnest($2::text[], $3::int[], $4::text[], $5::text[]) as g(person, bucket, queue, channel), lateral (
    select ctid from facts f where f.org_id = $1 and f.person = g.person and f.bucket = g.bucket and f.queue = g.queue
      and f.channel = g.channel and num_nonnulls(${FACT_NAMES.map((name) => `f.${name}`).join(', ')}) = 0 offset 0) f))`;

const keyColumns = (rows: readonly Contribution[]): string[] => [
  textArray(rows.map((row) => row.person)),
  numberArray(rows.map((row) => row.bucket)),
  textArray(rows.map((row) => row.queue)),
  textArray(rows.map((row) => row.channel)),
];

const PRUNE_NAMED = `
delete from facts_named where ctid = any(array(
  select f.ctid from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::text[]) as g(person, bucket, queue, channel, fact), lateral (
    select ctid from facts_named f where f.org_id = $1 and f.person = g.person and f.bucket = g.bucket and f.queue = g.queue
      and f.channel = g.channel and f.fact = g.fact and f.value = 0 offset 0) f))`;

type NamedRow = { row: Contribution; fact: string; value: number };

const namedColumns = (named: readonly NamedRow[]): string[] => [
  ...keyColumns(named.map((n) => n.row)),
  textArray(named.map((n) => n.fact)),
];

/** @returns whether any came to 0: a fact of a source may be negative, so that any addition can bring it there */
async function addNamed(tx: Tx, orgId: number, named: readonly NamedRow[]): Promise<boolean> {
  const zeros = await tx.rows(
    `with added as (
       insert into facts_named as f (org_id, person, bucket, queue, channel, fact, value)
       select $1, * from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[])
       on conflict (org_id, person, bucket, queue, channel, fact) do update set value = f.value + excluded.value
       returning f.value)
     select 1 from added where value = 0 limit 1`,
    [orgId, ...namedColumns(named), numberArray(named.map((n) => n.value))],
  );
  return zeros.length > 0;
}
