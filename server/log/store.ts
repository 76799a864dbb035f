import { bytesArray, numberArray, textArray } from '#server/foundation/arrays.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent, Position } from './catalogue.ts';
import { KEY_OF } from './sealed-store.ts';

const COLUMNS = 'position, source, id, type, time, recorded_at as "recordedAt", agent, customer, interaction, data';

/** Events as the insert wants them, parties resolved; beside them the personal text of each, sealed. */
export type Rows = { events: LoggedEvent[]; sealed: readonly (Buffer | null)[] };

const INSERT = `
with given as (
  select * from rows from (unnest($3::text[], $4::text[], $5::text[], $6::float8[], $7::int[], $8::int[], $9::text[], $10::bytea[]), json_array_elements($11))
    with ordinality as g(source, id, type, time, agent, customer, interaction, sealed, data, n)
), kept as (
  insert into events (org_id, position, source, id, type, time, recorded_at, agent, customer, interaction, data, sealed, of_source, of_id)
  select $1, (select (pg_current_xact_id()::text::bigint + log_base()) << 16) + $2 + n, source, id, type, to_timestamp(time / 1000), to_timestamp($12::float8 / 1000),
    agent, customer, interaction, data, sealed,
    case type when 'correction' then data->'of'->>'source' end, case type when 'correction' then data->'of'->>'id' end
  from given
  where (select not exists (select from seals where org_id = $1))
    or (select k.key from sealed_keys k where k.org_id = $1 and k.key = ${KEY_OF('given.source', 'given.id')}) is null
  on conflict (org_id, source, id) do nothing
  returning position
)
select count(*)::int as count, max(position) as last,
  case when count(*) < $13 then array_agg((position & 65535)::int) end as kept
from kept`;

/**
 * Writes events in one statement; what is there already (organisation, source, id) stays as it is, and what was there
 * and is removed is known by its key.
 * @param at `offset` counts the rows this transaction wrote before, `now` becomes the known time (epoch ms)
 * @returns which rows were new, and the last position among them (null if none was)
 */
export async function insertEvents(
  tx: Tx,
  orgId: number,
  { events, sealed }: Rows,
  at: { offset: number; now: number },
): Promise<{ accepted: boolean[]; last: Position | null }> {
  const [result] = await tx.rows<{ count: number; last: number | null; kept: number[] | null }>(INSERT, [
    orgId,
    at.offset,
    textArray(events.map((event) => event.source)),
    textArray(events.map((event) => event.id)),
    textArray(events.map((event) => event.type)),
    numberArray(events.map((event) => event.time)),
    numberArray(events.map((event) => event.agent)),
    numberArray(events.map((event) => event.customer)),
    textArray(events.map((event) => event.interaction)),
    bytesArray(sealed),
    JSON.stringify(events.map((event) => event.data)),
    at.now,
    events.length,
  ]);
  const kept = result?.kept ? new Set(result.kept.map((ordinal) => ordinal - at.offset - 1)) : null;
  const accepted = events.map((_, index) => (result?.count === events.length ? true : (kept?.has(index) ?? false)));
  return { accepted, last: result?.last ?? null };
}

/** The last committed position of an organisation, 0 for an empty log. */
export async function headOf(tx: Tx, orgId: number): Promise<Position> {
  const [row] = await tx.rows<{ head: number | null }>('select max(position) as head from events where org_id = $1', [
    orgId,
  ]);
  return row?.head ?? 0;
}

type Page = { [column in keyof LoggedEvent]: LoggedEvent[column][] };

// a page comes as one row of columns: reading thousands of rows would cost more than what is made of them
const PAGE = `
select json_agg(position) as position, json_agg(source) as source, json_agg(id) as id, json_agg(type) as type,
  json_agg((date_part('epoch', time) * 1000)::bigint) as time, json_agg((date_part('epoch', recorded_at) * 1000)::bigint) as "recordedAt",
  json_agg(agent) as agent, json_agg(customer) as customer, json_agg(interaction) as interaction, json_agg(data) as data
from (
  select * from events where org_id = $1 and position > $2
    and position < (select (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + log_base()) << 16)
    and position <= $4
  order by position limit $3
) page having count(*) > 0`;

/**
 * Events after a position in log order, only below the oldest transaction that still runs, so that none is skipped.
 * @param page `until` is the last position that may be read, everything when missing
 */
export async function eventsAfter(
  tx: Tx,
  orgId: number,
  after: Position,
  { most, until = Number.MAX_SAFE_INTEGER }: { most: number; until?: Position | undefined },
): Promise<LoggedEvent[]> {
  const [page] = await tx.rows<Page>(PAGE, [orgId, after, most, until]);
  if (!page) return [];
  const { position, source, id, type, time, recordedAt, agent, customer, interaction, data } = page;
  return position.map(
    (at, n) =>
      ({
        position: at,
        source: source[n],
        id: id[n],
        type: type[n],
        time: time[n],
        recordedAt: recordedAt[n],
        agent: agent[n],
        customer: customer[n],
        interaction: interaction[n],
        data: data[n],
      }) as LoggedEvent,
  );
}

/**
 * The transactions that wrote after a position, in order, as far as `eventsAfter` would read: one look into the key for each.
 * @returns at most `most` of them, the first perhaps in part before the position
 */
export const transactionsAfter = async (tx: Tx, orgId: number, after: Position, most: number): Promise<number[]> =>
  (
    await tx.rows<{ transaction: number }>(
      `with recursive readable as (
         select (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + log_base()) << 16 as until
       ), steps as (
         (select position >> 16 as transaction from events, readable
          where org_id = $1 and position > $2 and position < until order by position limit 1)
         union all
         select (select position >> 16 from events, readable
                 where org_id = $1 and position >= (steps.transaction + 1) << 16 and position < until order by position limit 1)
         from steps where steps.transaction is not null
       ) select transaction from steps where transaction is not null limit $3`,
      [orgId, after, most],
    )
  ).map((row) => row.transaction);

/** The event of an identity, if it is in the log. */
export async function eventByIdentity(
  tx: Tx,
  orgId: number,
  of: { source: string; id: string },
): Promise<LoggedEvent | null> {
  const [row] = await eventsByIdentity(tx, orgId, [of]);
  return row ?? null;
}

/** The events of many identities in log order. */
export const eventsByIdentity = (tx: Tx, orgId: number, of: { source: string; id: string }[]): Promise<LoggedEvent[]> =>
  tx.rows<LoggedEvent>(
    `select ${COLUMNS} from events where org_id = $1
       and (source, id) in (select * from unnest($2::text[], $3::text[])) order by position`,
    [orgId, of.map((o) => o.source), of.map((o) => o.id)],
  );

/** Everything that names one of these interactions, corrections by what they put in place included. */
export const eventsOfInteractions = (tx: Tx, orgId: number, interactions: string[]): Promise<LoggedEvent[]> =>
  tx.rows<LoggedEvent>(
    `select ${COLUMNS} from events where org_id = $1 and interaction = any($2::text[]) order by position`,
    [orgId, interactions],
  );

/** An agent's events by party ref, with valid time in [from, to) epoch ms, up to a position where one is given. */
export const eventsOfAgents = (
  tx: Tx,
  orgId: number,
  agents: number[],
  span: { from: number; to: number; until?: Position },
): Promise<LoggedEvent[]> =>
  tx.rows<LoggedEvent>(
    `select ${COLUMNS} from events where org_id = $1 and agent = any($2::int[])
       and time >= to_timestamp($3::float8 / 1000) and time < to_timestamp($4::float8 / 1000) and position <= $5 order by position`,
    [orgId, agents, span.from, span.to, span.until ?? Number.MAX_SAFE_INTEGER],
  );

/** Events of the given types with valid time in [from, to) epoch ms, in log order after a position. */
export const eventsOfTypes = (
  tx: Tx,
  orgId: number,
  types: string[],
  span: { from: number; to: number },
): Promise<LoggedEvent[]> =>
  tx.rows<LoggedEvent>(
    `select ${COLUMNS} from events where org_id = $1 and type = any($2::text[])
       and time >= to_timestamp($3::float8 / 1000) and time < to_timestamp($4::float8 / 1000) order by position`,
    [orgId, types, span.from, span.to],
  );

/** All corrections of these identities. */
export const correctionsOf = (tx: Tx, orgId: number, of: { source: string; id: string }[]): Promise<LoggedEvent[]> =>
  tx.rows<LoggedEvent>(
    `select ${COLUMNS} from events where org_id = $1 and of_id is not null
       and (of_source, of_id) in (select * from unnest($2::text[], $3::text[])) order by position`,
    [orgId, of.map((o) => o.source), of.map((o) => o.id)],
  );

export async function deadLetter(
  tx: Tx,
  letter: { orgId: number; position: Position; consumer: string; reason: string; now: number },
): Promise<void> {
  await tx.rows(
    `insert into dead_letters (org_id, position, consumer, reason, at) values ($1, $2, $3, $4, to_timestamp($5::float8 / 1000))
     on conflict (org_id, position, consumer) do nothing`,
    [letter.orgId, letter.position, letter.consumer, letter.reason.slice(0, 2000), letter.now],
  );
}
