import pg from 'pg';
import { type Crew, cpuOf } from './cpu.ts';
import { legOf } from './load.ts';

const ROWS = 1_000;

export type Raw = { write(events: number): Promise<{ seconds: number; cpuUs: number }>; close(): Promise<void> };

/**
 * The ceiling: batched INSERT ... unnest ... ON CONFLICT over two connections into a table with the log's columns, its
 * primary key and its identity, and nothing else. What it writes is ready beforehand. CPU is that of this process and PostgreSQL.
 */
export async function openRaw(databaseUrl: string, postgres: Crew, people: number): Promise<Raw> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  await pool.query(TABLE);
  let first = 0;
  return {
    write: async (events) => {
      const batches = Array.from({ length: events / ROWS }, (_, n) => columnsOf(first + n * ROWS, people));
      first += events;
      const cpu = process.cpuUsage();
      const before = cpuOf([postgres]);
      const started = performance.now();
      let next = 0;
      const writer = async (): Promise<void> => {
        for (let batch = batches[next++]; batch; batch = batches[next++])
          await pool.query({ name: 'raw', text: INSERT, values: batch });
      };
      await Promise.all([writer(), writer()]);
      const seconds = (performance.now() - started) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      return { seconds, cpuUs: user + system + cpuOf([postgres]) - before };
    },
    close: () => pool.end(),
  };
}

const TABLE = `create table if not exists raw_events (org_id int not null, position bigint not null, source text not null, id text not null, type text not null,
  time timestamptz not null, recorded_at timestamptz not null, agent int, customer int, interaction text, data json not null, sealed bytea,
  primary key (org_id, position), unique (org_id, source, id))`;

const INSERT = `insert into raw_events select 1, * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::int[], $8::int[],
  $9::text[], $10::json[], $11::bytea[]) on conflict (org_id, source, id) do nothing`;

function columnsOf(first: number, people: number): unknown[][] {
  const now = new Date().toISOString();
  const columns: unknown[][] = Array.from({ length: 11 }, () => []);
  for (let n = first; n < first + ROWS; n++) {
    const { source, id, type, time, data } = legOf(n, people) as {
      source: string;
      id: string;
      type: string;
      time: string;
      data: Record<string, unknown>;
    };
    const { agent, interactionId, ...rest } = data;
    const row = [n, source, id, type, time, now, Number(agent), null, interactionId, JSON.stringify(rest), null];
    row.forEach((value, at) => void columns[at]?.push(value));
  }
  return columns;
}
