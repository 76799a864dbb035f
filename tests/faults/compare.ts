import { setTimeout as wait } from 'node:timers/promises';
import { AGENTS, HOUR_MS, QUEUES, SOURCE } from './contacts.ts';
import { type Count, handleTime, pointsOf, type Sums } from './count.ts';
import type { Floor } from './floor.ts';

/** How far the floor is from the count. `differences` names the first of them in words. */
export type Comparison = { lost: number; doubled: number; differences: string[] };

type Hour = { count: Count; hour: number };

const SETTLE_MS = 120_000;
/** Whole again by itself within this. */
export const WHOLE_MS = 10_000;

/** Waits until everything that is in the log is counted, what the flow itself appends included. */
export async function settled(floor: Floor, position = 0): Promise<void> {
  const until = Date.now() + SETTLE_MS;
  for (;;) {
    const [row] = await floor.sql<{ position: string; head: string }>(
      'select f.position, (select max(position) from events) as head from flows f order by f.org_id limit 1',
    );
    if (row && Number(row.position) >= Math.max(position, Number(row.head))) return;
    if (Date.now() > until) throw new Error(`the flow stands at ${row?.position} and the log at ${row?.head}`);
    await wait(100);
  }
}

/**
 * Compares ids, facts, points, the ledger and the board with what must be there.
 * @param of `hours` whose ids and facts are looked at, all when missing; `closed` the hours that gave points
 */
export async function compare(
  floor: Floor,
  count: Count,
  { hours = count.all, closed = [] }: { hours?: number[]; closed?: number[] } = {},
): Promise<Comparison> {
  const found: Comparison = { lost: 0, doubled: 0, differences: [] };
  for (const hour of hours) {
    await compareIds(floor, { count, hour }, found);
    await compareFacts(floor, { count, hour }, found);
  }
  await comparePoints(floor, { count, closed }, found);
  await compareLedger(floor, found);
  await compareBoard(floor, count, found);
  const laid = await floor.sql<{ consumer: string; reason: string }>('select consumer, reason from dead_letters');
  for (const { consumer, reason } of laid) found.differences.push(`laid aside by ${consumer}: ${reason}`);
  for (const child of floor.children) found.differences.push(...child.faults);
  found.differences.push(...floor.faults);
  return found;
}

async function compareIds(floor: Floor, { count, hour }: Hour, found: Comparison): Promise<void> {
  const rows = await floor.sql<{ id: string; n: number }>(
    `select id, count(*)::int as n from events where source = $1
       and time >= to_timestamp($2::float8 / 1000) and time < to_timestamp($3::float8 / 1000) group by id`,
    [SOURCE, hour, hour + HOUR_MS],
  );
  const there = new Map(rows.map(({ id, n }) => [id, n]));
  for (const n of count.calls(hour)) {
    const times = there.get(`call-${n}`) ?? 0;
    if (times === 0) found.lost++;
    else if (times > 1) found.doubled += times - 1;
  }
}

async function compareFacts(floor: Floor, { count, hour }: Hour, found: Comparison): Promise<void> {
  const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
  const window = `window=custom&from=${iso(hour)}&to=${iso(hour + HOUR_MS)}`;
  const factsOf = async (path: string) =>
    (await floor.surely<{ facts: Sums }>('GET', `/api/v1/${path}/performance?${window}`)).facts;
  const agents = count.ofAgents([hour]);
  for (let n = 0; n < AGENTS; n++) {
    const [must, is] = [agents[n] as Sums, await factsOf(`people/p${n}`)];
    found.lost += Math.max(0, (must.handled ?? 0) - (is.handled ?? 0));
    found.doubled += Math.max(0, (is.handled ?? 0) - (must.handled ?? 0));
    differ(found, `person p${n} in the hour of ${new Date(hour).toISOString()}`, must, is);
  }
  const queues = count.ofQueues([hour]);
  for (let n = 0; n < QUEUES; n++) {
    if ((queues[n]?.offered ?? 0) === 0) continue;
    differ(
      found,
      `queue ${n} in the hour of ${new Date(hour).toISOString()}`,
      queues[n] as Sums,
      await factsOf(`queues/queue-${n}`),
    );
  }
}

function differ(found: Comparison, whose: string, must: Sums, is: Sums): void {
  for (const [name, value] of Object.entries(must))
    if (is[name] !== value) found.differences.push(`${whose}: ${name} is ${is[name]} and must be ${value}`);
}

/** Points of the hours that were closed, each once; who earns none has none. */
async function comparePoints(floor: Floor, { count, closed }: { count: Count; closed: number[] }, found: Comparison) {
  const rows = await floor.sql<{ person: string; cause: string; amount: number }>(
    `select t.person, t.cause, e.amount::int as amount from transfers t
     join entries e on e.transfer = t.id and e.account = 'person:' || t.person
     where t.kind = 'award' and t.cause like 'window:hour:%'`,
  );
  for (const hour of closed) {
    const own = rows.filter(({ cause }) => cause === `window:hour:UTC:${hour}`);
    for (const [n, sums] of count.ofAgents([hour]).entries()) {
      const amounts = own.filter(({ person }) => person === `p${n}`).map(({ amount }) => amount);
      const must = pointsOf(sums);
      if (amounts.reduce((sum, one) => sum + one, 0) === must && amounts.length === (must > 0 ? 1 : 0)) continue;
      if (amounts.length > 1) found.doubled += amounts.length - 1;
      found.differences.push(`p${n} has ${JSON.stringify(amounts)} points of an hour that is worth ${must}`);
    }
  }
}

async function compareLedger(floor: Floor, found: Comparison): Promise<void> {
  const { sum, chain } = await floor.surely<{ sum: number; chain: string }>('GET', '/api/v1/ledger');
  if (sum !== 0) found.differences.push(`the ledger sums to ${sum}`);
  if (chain !== 'verified') found.differences.push(`the chain of the ledger is ${chain}`);
}

type Row = { value: number; sample: number };

async function compareBoard(floor: Floor, count: Count, found: Comparison): Promise<void> {
  const { differences } = await boardWhole(floor, count);
  for (const line of differences.slice(0, 20)) found.differences.push(line);
  const now = encodeURIComponent(new Date().toISOString());
  const kept = await floor.surely<{ entries: unknown[] }>('GET', '/api/v1/boards/handling?limit=500');
  const computed = await floor.surely<{ entries: unknown[] }>('GET', `/api/v1/boards/handling?limit=500&at=${now}`);
  if (JSON.stringify(kept.entries) !== JSON.stringify(computed.entries))
    found.differences.push('the kept board is not the calculated one');
}

/** Waits until Redis holds the board as it must be, ten seconds at most; how long that took, and what was wrong to the end. */
export async function boardWhole(floor: Floor, count: Count): Promise<{ ms: number; differences: string[] }> {
  const started = performance.now();
  for (;;) {
    const differences = await boardDifferences(floor, count);
    const ms = Math.round(performance.now() - started);
    if (differences.length === 0 || ms > WHOLE_MS) return { ms, differences };
    await wait(200);
  }
}

/** How the board that Redis holds differs from the count: asked of Redis itself, so that no calculation can stand in for it. */
async function boardDifferences(floor: Floor, count: Count): Promise<string[]> {
  const now = new Date();
  const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  const agents = count.ofAgents(count.all.filter((hour) => hour >= month));
  const rows = await keptRows(floor, month);
  const lines = agents.flatMap((sums, n) => {
    const row = rows.get(`p${n}`);
    const must = { value: handleTime(sums), sample: sums.handled ?? 0 };
    if (must.sample === 0 && !row) return [];
    if (row?.value === must.value && row.sample === must.sample) return [];
    return [`Redis holds ${JSON.stringify(row ?? null)} for p${n}, which must be ${JSON.stringify(must)}`];
  });
  return rows.size > AGENTS ? [...lines, `Redis holds ${rows.size} rows`] : lines;
}

async function keptRows(floor: Floor, month: number): Promise<Map<string, Row>> {
  const [{ org } = { org: 0 }] = await floor.sql<{ org: number }>('select org_id as org from flows order by 1 limit 1');
  const redis = floor.servers.redis.open();
  try {
    const rows = await redis.hgetall(`fl:{${org}}:board:handling:org:${month}:rows`);
    return new Map(
      Object.entries(rows).map(([subject, text]) => {
        const [, value, , sample] = JSON.parse(text.slice(text.indexOf('['))) as number[];
        return [subject, { value: value ?? 0, sample: sample ?? 0 }];
      }),
    );
  } finally {
    redis.disconnect();
  }
}
