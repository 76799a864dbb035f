import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent, Position } from './catalogue.ts';

const COLUMNS = 'position, source, id, type, time, recorded_at as "recordedAt", agent, customer, interaction, data';

export type TimeSpan = { from: number; to: number };

/** Legs of customers (party refs) with valid time in [from, to) epoch ms, and corrections of any age that name them. */
export const eventsOfCustomers = (tx: Tx, orgId: number, customers: number[], span: TimeSpan): Promise<LoggedEvent[]> =>
  tx.rows<LoggedEvent>(
    // "offset 0" keeps the planner on the index by customer, whatever it believes about the table's size
    `select e.* from unnest($2::int[]) as g(wanted), lateral (
       select ${COLUMNS} from events where org_id = $1 and customer = g.wanted
         and (type = 'correction' or (time >= to_timestamp($3::float8 / 1000) and time < to_timestamp($4::float8 / 1000)))
       offset 0) e`,
    [orgId, customers, span.from, span.to],
  );

/** Legs of queues with valid time in [from, to) epoch ms, and corrections of any age that move a leg there; up to a position where one is given. */
export const eventsOfQueues = (
  tx: Tx,
  orgId: number,
  queues: string[],
  span: TimeSpan & { until?: Position },
): Promise<LoggedEvent[]> =>
  tx.rows<LoggedEvent>(
    `select ${COLUMNS} from events where org_id = $1 and position <= $5
       and ((type = 'interaction.ended' and time >= to_timestamp($3::float8 / 1000) and time < to_timestamp($4::float8 / 1000)
             and data->>'queue' = any($2::text[]))
         or (type = 'correction' and data->'replacement'->'data'->>'queue' = any($2::text[])))`,
    [orgId, queues, span.from, span.to, span.until ?? Number.MAX_SAFE_INTEGER],
  );

/** An agent's events (party refs) of the given types, whatever their time. */
export const eventsOfAgentsOfTypes = (
  tx: Tx,
  orgId: number,
  agents: number[],
  types: readonly string[],
): Promise<LoggedEvent[]> =>
  tx.rows<LoggedEvent>(
    `select ${COLUMNS} from events where org_id = $1 and agent = any($2::int[]) and type = any($3::text[])`,
    [orgId, agents, types],
  );

/** Which of these interactions are named by events of the given types. */
export async function interactionsNamedBy(
  tx: Tx,
  orgId: number,
  interactions: string[],
  types: readonly string[],
): Promise<string[]> {
  const rows = await tx.rows<{ interaction: string }>(
    `select distinct interaction from events where org_id = $1 and interaction = any($2::text[]) and type = any($3::text[])`,
    [orgId, interactions, types],
  );
  return rows.map((row) => row.interaction);
}

/** When the first event after a position was recorded (epoch ms), null where there is none. */
export async function recordedAfter(tx: Tx, orgId: number, position: Position): Promise<number | null> {
  const [row] = await tx.rows<{ recordedAt: number }>(
    'select recorded_at as "recordedAt" from events where org_id = $1 and position > $2 order by position limit 1',
    [orgId, position],
  );
  return row?.recordedAt ?? null;
}

/** How many events of an organisation lie aside. */
export async function deadLetters(tx: Tx, orgId: number): Promise<number> {
  const [row] = await tx.rows<{ n: number }>('select count(*)::int as n from dead_letters where org_id = $1', [orgId]);
  return row?.n ?? 0;
}
