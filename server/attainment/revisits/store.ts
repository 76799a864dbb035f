import { numberArray, textArray } from '#server/foundation/arrays.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { LoggedEvent, Position } from '#server/log/catalogue.ts';

/** A window that was closed, and by which event. Times are epoch ms. */
export type Closed = {
  window: 'hour' | 'day' | 'week' | 'month';
  zone: string;
  from: number;
  to: number;
  id: string;
  position: Position;
  recordedAt: number;
};
export type Mark = { person: string; bucket: number; position: Position };

const CLOSED = '"window", zone, from_at as "from", to_at as "to", id, position, recorded_at as "recordedAt"';

/** Keeps closed windows; the first closing of a window stands. */
export async function saveClosed(tx: Tx, orgId: number, rows: readonly Closed[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.rows(
    `insert into closed_windows (org_id, "window", zone, from_at, to_at, id, position, recorded_at)
     select $1, * from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[])
     on conflict do nothing`,
    [
      orgId,
      textArray(rows.map((row) => row.window)),
      textArray(rows.map((row) => row.zone)),
      numberArray(rows.map((row) => row.from)),
      numberArray(rows.map((row) => row.to)),
      textArray(rows.map((row) => row.id)),
      numberArray(rows.map((row) => row.position)),
      numberArray(rows.map((row) => row.recordedAt)),
    ],
  );
}

/** From when to when anything was closed, epoch ms; null before the first closing. */
export async function closedExtent(tx: Tx, orgId: number): Promise<{ from: number; to: number } | null> {
  const [row] = await tx.rows<{ from: number | null; to: number | null }>(
    'select min(from_at) as "from", max(to_at) as "to" from closed_windows where org_id = $1',
    [orgId],
  );
  return row && row.from !== null && row.to !== null ? { from: row.from, to: row.to } : null;
}

/** Those of some windows that were closed. */
export const closedAmong = (
  tx: Tx,
  orgId: number,
  of: readonly Pick<Closed, 'window' | 'zone' | 'from'>[],
): Promise<Closed[]> =>
  tx.rows<Closed>(
    `select ${CLOSED} from closed_windows where org_id = $1
       and ("window", zone, from_at) in (select * from unnest($2::text[], $3::text[], $4::bigint[]))
     order by to_at, from_at desc, zone`,
    [
      orgId,
      textArray(of.map((one) => one.window)),
      textArray(of.map((one) => one.zone)),
      numberArray(of.map((one) => one.from)),
    ],
  );

/** The closed days of a zone within [from, to) epoch ms, in order. */
export const closedDays = (
  tx: Tx,
  orgId: number,
  { zone, from, to }: Pick<Closed, 'zone' | 'from' | 'to'>,
): Promise<Closed[]> =>
  tx.rows<Closed>(
    `select ${CLOSED} from closed_windows
     where org_id = $1 and "window" = 'day' and zone = $2 and from_at >= $3 and to_at <= $4 order by from_at`,
    [orgId, zone, from, to],
  );

/** Puts quarters of an hour on the list; of several marks of one the last stands. */
export async function saveMarks(tx: Tx, orgId: number, marks: readonly Mark[]): Promise<void> {
  if (marks.length === 0) return;
  await tx.rows(
    `insert into revisits (org_id, person, bucket, position)
     select $1, * from unnest($2::text[], $3::int[], $4::bigint[])
     on conflict (org_id, person, bucket) do update set position = greatest(revisits.position, excluded.position)`,
    [
      orgId,
      textArray(marks.map((mark) => mark.person)),
      numberArray(marks.map((mark) => mark.bucket)),
      numberArray(marks.map((mark) => mark.position)),
    ],
  );
}

/** Who is on the list. */
export const markedPeople = async (tx: Tx, orgId: number): Promise<string[]> =>
  (await tx.rows<{ person: string }>('select distinct person from revisits where org_id = $1', [orgId])).map(
    (row) => row.person,
  );

/** Takes what concerns some people from the list, in one order. */
export const takeMarks = (tx: Tx, orgId: number, people: readonly string[]): Promise<Mark[]> =>
  tx.rows<Mark>(
    `with taken as (delete from revisits where org_id = $1 and person = any($2::text[]) returning person, bucket, position)
     select * from taken order by person collate "C", bucket`,
    [orgId, people],
  );

/** Whose window: asked for what changed it within (after, until] of the log. Times are epoch ms. */
export type CauseAsked = { person: string; from: number; to: number; after: Position; until: Position };

/** How an event bears on a window: it is the person's own, it names one of their contacts, a customer came back, ... */
export type Way = 'corrected' | 'mapped' | 'moved' | 'named' | 'own' | 'returned';

/**
 * An event that may have changed a window of somebody, by the number of the question from 1. `about` is the type of what
 * was corrected or came, `aboutAt` its time, `ends` when the contact that it bears on ended, as it was told and as it was corrected.
 */
export type CauseRow = Pick<LoggedEvent, 'position' | 'source' | 'id' | 'type' | 'time' | 'recordedAt'> & {
  n: number;
  way: Way;
  about: string | null;
  aboutAt: number | null;
  channel: string | null;
  ends: (string | null)[];
};

// an event's valid time lies near the end of what it tells of, and never further off than this
const NEAR = "interval '1 day'";
const ROW = 'e.position, e.source, e.id, e.type, e.time, e.recorded_at as "recordedAt"';
const REPLACED = "e.data->'replacement'->'data'";

const CAUSES = `
with asked as (
  select n::int, person, to_timestamp(since / 1000.0) - ${NEAR} as since, to_timestamp(til / 1000.0) + ${NEAR} as til, after, until
  from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) with ordinality as g(person, since, til, after, until, n)
), agents as (
  select a.*, i.agent from asked a join identities i on i.org_id = $1 and i.person = a.person
), own as (
  select a.n, a.after, a.until, e.position, e.interaction, e.customer, e.type, e.time, e.time + interval '8 days' as back, e.data->>'endedAt' as ended
  from agents a join events e on e.org_id = $1 and e.agent = a.agent and e.time >= a.since and e.time < a.til and e.type <> 'correction'
), named as (
  select o.n, o.after, o.until, e.position, o.ended from own o
  join events e on e.org_id = $1 and e.interaction = o.interaction
    and e.type in ('survey.answered', 'evaluation.completed', 'conversation.analyzed')
  where o.type = 'interaction.ended'
), returned as (
  select o.n, o.after, o.until, e.position, o.ended from own o
  join events e on e.org_id = $1 and e.customer = o.customer and e.type = 'interaction.ended'
    and e.time > o.time and e.time < o.back and e.interaction is distinct from o.interaction
  where o.type = 'interaction.ended'
), known as (
  select n, after, until, position, ended, 'own' as way from own
  union all select *, 'named' from named
  union all select *, 'returned' from returned
), found as (
  select k.n, k.way, ${ROW}, e.type as about, e.time as "aboutAt", e.data->>'channel' as channel, array[k.ended] as ends
  from known k join events e on e.org_id = $1 and e.position = k.position where k.position > k.after and k.position <= k.until
  union all
  select k.n, 'corrected', ${ROW}, t.type, t.time, t.data->>'channel', array[k.ended, ${REPLACED}->>'endedAt']
  from known k join events t on t.org_id = $1 and t.position = k.position
  join events e on e.org_id = $1 and e.of_source = t.source and e.of_id = t.id
    and e.position > k.after and e.position <= k.until
  union all
  select a.n, 'moved', ${ROW}, t.type, t.time, t.data->>'channel', array[${REPLACED}->>'endedAt']
  from agents a join events e on e.org_id = $1 and e.agent = a.agent and e.type = 'correction' and e.position > a.after and e.position <= a.until
  join events t on t.org_id = $1 and t.source = e.of_source and t.id = e.of_id and t.time >= a.since and t.time < a.til
  union all
  select a.n, 'mapped', ${ROW}, null, null::timestamptz, null, array[]::text[]
  from asked a join facts_claims c on c.org_id = $1 and c.person = a.person and c.position > a.after and c.position <= a.until
  join events e on e.org_id = $1 and e.position = c.position
)
select * from found order by n, position desc, way`;

/** What may have changed each of some windows, the latest first. */
export const causeRows = (tx: Tx, orgId: number, asked: readonly CauseAsked[]): Promise<CauseRow[]> =>
  tx.rows<CauseRow>(CAUSES, [
    orgId,
    textArray(asked.map((one) => one.person)),
    numberArray(asked.map((one) => one.from)),
    numberArray(asked.map((one) => one.to)),
    numberArray(asked.map((one) => one.after)),
    numberArray(asked.map((one) => one.until)),
  ]);

/** Of some windows, by number from 1, those of which events came more than a day late from sources that award nothing then. */
export const silentIn = async (
  tx: Tx,
  orgId: number,
  asked: readonly Pick<CauseAsked, 'person' | 'from' | 'to'>[],
  awarding: readonly string[],
): Promise<Set<number>> => {
  const rows = await tx.rows<{ n: number }>(
    `select distinct g.n::int as n
     from unnest($2::text[], $3::bigint[], $4::bigint[]) with ordinality as g(person, since, til, n)
     join identities i on i.org_id = $1 and i.person = g.person
     join events e on e.org_id = $1 and e.agent = i.agent and e.type <> 'correction'
       and e.time >= to_timestamp(g.since / 1000.0) - ${NEAR} and e.time < to_timestamp(g.til / 1000.0) + ${NEAR}
       and e.recorded_at > e.time + interval '24 hours' and e.source <> all($5::text[])`,
    [
      orgId,
      textArray(asked.map((one) => one.person)),
      numberArray(asked.map((one) => one.from)),
      numberArray(asked.map((one) => one.to)),
      textArray(awarding),
    ],
  );
  return new Set(rows.map((row) => row.n));
};
