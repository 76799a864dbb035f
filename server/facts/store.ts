import { FACT_NAMES, type Fact, type FactSums } from '#contract/facts.ts';
import type { Tx } from '#server/foundation/db.ts';

/**
 * Whose rows: of people, or of queues (whoever took the contact), or both together. `unowned` adds the rows of nobody
 * in these queues (a site's figures are its people's and its queues' without a person). Nothing given: everything.
 */
export type Whose = { people?: readonly string[]; queues?: readonly string[]; unowned?: readonly string[] };

/** Buckets [from, to), optionally only some queues and channels, optionally only some facts. */
export type Asked = Whose & {
  from: number;
  to: number;
  filter?: { queues?: readonly string[] | undefined; channels?: readonly string[] | undefined } | undefined;
  facts?: readonly string[] | undefined;
};

/** Sums over everything asked for; facts that are 0 are missing. */
export async function sumTotal(tx: Tx, orgId: number, asked: Asked): Promise<FactSums> {
  return (await sums(tx, orgId, asked, [])).get('') ?? {};
}

/** Sums per person ('' is nobody). */
export const sumByPerson = (tx: Tx, orgId: number, asked: Asked): Promise<Map<string, FactSums>> =>
  sums(tx, orgId, asked, ['person']);

/** Sums per queue ('' where there is none). */
export const sumByQueue = (tx: Tx, orgId: number, asked: Asked): Promise<Map<string, FactSums>> =>
  sums(tx, orgId, asked, ['queue']);

/** Sums per bucket, in order of time. */
export async function seriesTotal(tx: Tx, orgId: number, asked: Asked): Promise<{ bucket: number; facts: FactSums }[]> {
  const found = await sums(tx, orgId, asked, ['bucket']);
  return [...found].map(([bucket, facts]) => ({ bucket: Number(bucket), facts })).sort((a, b) => a.bucket - b.bucket);
}

/** Sums per bucket, queue and channel, in order of time. */
export async function seriesByPlace(tx: Tx, orgId: number, asked: Asked): Promise<Placed[]> {
  const found = await sums(tx, orgId, asked, ['bucket', 'queue', 'channel']);
  const rows = [...found].map(([key, facts]) => {
    const [bucket, queue = '', channel = ''] = key.split(SEPARATOR);
    return { bucket: Number(bucket), queue, channel, facts };
  });
  return rows.sort((a, b) => a.bucket - b.bucket);
}

export type Placed = { bucket: number; queue: string; channel: string; facts: FactSums };

/** Sums per person and bucket, each person's in order of time. */
export async function seriesByPerson(
  tx: Tx,
  orgId: number,
  asked: Asked,
): Promise<Map<string, { bucket: number; facts: FactSums }[]>> {
  const found = await sums(tx, orgId, asked, ['bucket', 'person']);
  const series = new Map<string, { bucket: number; facts: FactSums }[]>();
  for (const [key, facts] of found) {
    const cut = key.indexOf(SEPARATOR);
    const person = key.slice(cut + 1);
    const own = series.get(person) ?? [];
    own.push({ bucket: Number(key.slice(0, cut)), facts });
    series.set(person, own);
  }
  for (const own of series.values()) own.sort((a, b) => a.bucket - b.bucket);
  return series;
}

/** Sums per person, queue and channel, for figures that are filtered or mixed by queue. */
export async function rowsByPerson(
  tx: Tx,
  orgId: number,
  asked: Asked,
): Promise<Map<string, { queue: string; channel: string; facts: FactSums }[]>> {
  const people = new Map<string, { queue: string; channel: string; facts: FactSums }[]>();
  for (const [key, facts] of await sums(tx, orgId, asked, ['person', 'queue', 'channel'])) {
    const [person = '', queue = '', channel = ''] = key.split(SEPARATOR);
    const own = people.get(person);
    if (own) own.push({ queue, channel, facts });
    else people.set(person, [{ queue, channel, facts }]);
  }
  return people;
}

/** The last bucket with facts of each person. */
export async function lastByPerson(tx: Tx, orgId: number, asked: Asked): Promise<Map<string, number>> {
  const { where, values } = conditions(orgId, asked);
  const rows = await tx.rows<{ person: string; last: number }>(
    `select person, max(bucket) as last from facts where ${where} group by person`,
    values,
  );
  return new Map(rows.map((row) => [row.person, row.last]));
}

/** The first and the last bucket with facts of anybody asked for, null when there are none. */
export async function extentOf(
  tx: Tx,
  orgId: number,
  whose: Whose = {},
): Promise<{ first: number; last: number } | null> {
  const { where, values } = conditions(orgId, { ...whose, from: -2_147_483_648, to: 2_147_483_647 });
  const [row] = await tx.rows<{ first: number | null; last: number | null }>(
    `select min(bucket) as first, max(bucket) as last from facts where ${where}`,
    values,
  );
  return row && row.first !== null && row.last !== null ? { first: row.first, last: row.last } : null;
}

/** All derived facts of an organisation as one digest: equal facts, equal digest. */
export async function factsHash(tx: Tx, orgId: number): Promise<string> {
  const [row] = await tx.rows<{ hash: string }>(
    `select md5(
       coalesce((select string_agg(f::text, ';' order by person, bucket, queue, channel) from facts f where org_id = $1), '') ||
       coalesce((select string_agg(n::text, ';' order by person, bucket, queue, channel, fact) from facts_named n where org_id = $1), '')) as hash`,
    [orgId],
  );
  return row?.hash ?? '';
}

const SEPARATOR = '\u0001';
type Key = 'person' | 'queue' | 'channel' | 'bucket';

async function sums(tx: Tx, orgId: number, asked: Asked, keys: Key[]): Promise<Map<string, FactSums>> {
  const core = asked.facts ? FACT_NAMES.filter((name) => asked.facts?.includes(name)) : FACT_NAMES;
  const named = asked.facts ? asked.facts.filter((name) => !(FACT_NAMES as string[]).includes(name)) : null;
  const { where, values } = conditions(orgId, asked);
  const found = new Map<string, FactSums>();
  if (core.length > 0) await sumCore(tx, { core, keys, where, values }, found);
  if (!named || named.length > 0) await sumNamed(tx, { named, keys, where, values }, found);
  return found;
}

type Sum = { keys: Key[]; where: string; values: unknown[] };

async function sumCore(
  tx: Tx,
  { core, keys, where, values }: Sum & { core: Fact[] },
  found: Map<string, FactSums>,
): Promise<void> {
  const columns = [...keys, ...core.map((name) => `sum(${name})::bigint as ${name}`)].join(', ');
  const rows = await tx.rows<Record<string, number | string | null>>(
    `select ${columns} from facts where ${where}${grouped(keys)}`,
    values,
  );
  for (const row of rows) {
    const facts = at(found, keys, row);
    for (const name of core) if (row[name]) facts[name] = row[name] as number;
  }
}

async function sumNamed(
  tx: Tx,
  { named, keys, where, values }: Sum & { named: string[] | null },
  found: Map<string, FactSums>,
): Promise<void> {
  const only = named ? ` and fact = any($${values.length + 1}::text[])` : '';
  const rows = await tx.rows<Record<string, string> & { value: number }>(
    `select ${[...keys, 'fact'].join(', ')}, sum(value)::bigint as value from facts_named where ${where}${only} group by ${[...keys, 'fact'].join(', ')}`,
    named ? [...values, named] : values,
  );
  for (const row of rows) if (row.value !== 0) at(found, keys, row)[row.fact as string] = row.value;
}

const grouped = (keys: Key[]): string => (keys.length > 0 ? ` group by ${keys.join(', ')}` : '');

function at(found: Map<string, FactSums>, keys: Key[], row: Record<string, unknown>): FactSums {
  const key = keys.map((name) => row[name]).join(SEPARATOR);
  let facts = found.get(key);
  if (!facts) {
    facts = {};
    found.set(key, facts);
  }
  return facts;
}

function conditions(orgId: number, asked: Asked): { where: string; values: unknown[] } {
  const values: unknown[] = [orgId, asked.from, asked.to];
  const list = (given: readonly string[]) => `any($${values.push(given)}::text[])`;
  const any: string[] = [];
  if (asked.people) any.push(`person = ${list(asked.people)}`);
  if (asked.queues) any.push(`(queue = ${list(asked.queues)} and queue <> '')`);
  if (asked.unowned) any.push(`(person = '' and queue = ${list(asked.unowned)})`);
  const all = ['org_id = $1', 'bucket >= $2', 'bucket < $3'];
  if (any.length > 0) all.push(`(${any.join(' or ')})`);
  if (asked.filter?.queues) all.push(`queue = ${list(asked.filter.queues)}`);
  if (asked.filter?.channels) all.push(`channel = ${list(asked.filter.channels)}`);
  return { where: all.join(' and '), values };
}
