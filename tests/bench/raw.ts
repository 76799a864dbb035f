import pg from 'pg';
import { type Crew, cpuOf } from './cpu.ts';
import { legOf } from './load.ts';

const ROWS = 1_000;

export type Raw = { write(events: number): Promise<{ seconds: number; cpuUs: number }>; close(): Promise<void> };

/**
 * The ceiling: batched INSERT ... unnest ... ON CONFLICT over two connections into a table with the log's columns, its
 * primary key and its identity, and nothing else. It begins with events in memory,
 * as a program that writes them would, and turns them into columns. CPU is that of this process and PostgreSQL.
 */
export async function openRaw(databaseUrl: string, postgres: Crew, people: number): Promise<Raw> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  await pool.query(TABLE);
  let first = 0;
  return {
    write: async (events) => {
      const batches = Array.from({ length: events / ROWS }, (_, n) => eventsOf(first + n * ROWS, people));
      first += events;
      const cpu = process.cpuUsage();
      const before = cpuOf([postgres]);
      const started = performance.now();
      let next = 0;
      const writer = async (): Promise<void> => {
        for (let batch = batches[next++]; batch; batch = batches[next++])
          await pool.query({ name: 'raw', text: INSERT, values: columnsOf(batch) });
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

type Ready = {
  n: number;
  source: string;
  id: string;
  type: string;
  time: string;
  agent: number;
  interaction: string;
  data: object;
};

function eventsOf(first: number, people: number): Ready[] {
  return Array.from({ length: ROWS }, (_, k) => {
    const { source, id, type, time, data } = legOf(first + k, people) as Omit<Ready, 'data'> & {
      data: { agent: string; interactionId: string };
    };
    const { agent, interactionId, ...rest } = data;
    return { n: first + k, source, id, type, time, agent: Number(agent), interaction: interactionId, data: rest };
  });
}

function columnsOf(events: readonly Ready[]): unknown[][] {
  const now = new Date().toISOString();
  const column = <T>(of: (event: Ready) => T): T[] => events.map(of);
  return [
    column((e) => e.n),
    column((e) => e.source),
    column((e) => e.id),
    column((e) => e.type),
    column((e) => e.time),
    column(() => now),
    column((e) => e.agent),
    column(() => null),
    column((e) => e.interaction),
    column((e) => JSON.stringify(e.data)),
    column(() => null),
  ];
}
