import type { Tx } from '#server/foundation/db.ts';
import { HOUSE, type Position } from './catalogue.ts';
import { INTERACTION_KEY, KEY_OF } from './sealed-store.ts';

const AT_ONCE = 20_000;

/** What of the log a cut concerns: `old` events of sources are from before it, of which `removed` may go. */
export type Removable = { old: number; removed: number };

/**
 * Notes in a table of its own, until the transaction ends, which events a cut (epoch ms) removes: those of sources of
 * which everything that they tell lies before it, unless something that stays hangs on them. A correction goes with what
 * it is about, and the events of one interaction go together.
 * @param at `position` is how far the log is derived: nothing behind it goes
 */
export async function noteRemovable(
  tx: Tx,
  orgId: number,
  at: { cut: number; position: Position },
): Promise<Removable> {
  await tx.rows(NOTES);
  let old = 0;
  for await (const page of pagesOf(tx, { from: 'events where org_id = $1', orgId, to: at.position }))
    old += (await tx.rows(NOTE, [orgId, page.after, page.to, at.cut, HOUSE])).length;
  let removed = old;
  for (let freed = -1; freed !== 0; removed -= freed) freed = await free(tx, orgId);
  return { old, removed };
}

/** Removes what was noted, and keeps its keys. */
export async function removeNoted(tx: Tx, orgId: number): Promise<void> {
  await tx.rows("select set_config('floorlight.seal', 'on', true)");
  for await (const { after, to } of notedPages(tx, orgId)) {
    await tx.rows(KEYS, [orgId, after, to]);
    await tx.rows(
      'delete from events e using removable r where e.org_id = $1 and e.position = r.position and r.position > $2 and r.position <= $3',
      [orgId, after, to],
    );
  }
  // so that whoever prepared a look into it while it was empty prepares anew
  await tx.rows('analyze sealed_keys');
}

const NOTES = `create temp table removable (position bigint primary key, type text not null, source text not null, id text not null,
  interaction text, of_source text, of_id text) on commit drop`;

const instant = (name: string) => `(told->>'${name}')::timestamptz`;
/** The last instant of which an event tells; of a correction, of which what it puts in place tells. */
const LATEST = `greatest(case when e.type <> 'correction' then e.time end, ${instant('offeredAt')}, ${instant('endedAt')}, ${instant('to')},
  (select max((a->>'to')::timestamptz) from json_array_elements(case when json_typeof(told->'activities') = 'array' then told->'activities' end) a))`;

const NOTE = `
insert into removable (position, type, source, id, interaction, of_source, of_id)
select position, type, source, id, interaction, of_source, of_id
from events e, lateral (select coalesce(e.data->'replacement'->'data', e.data) as told offset 0) t
where org_id = $1 and position > $2 and position <= $3 and source <> $5
  and coalesce(${LATEST}, '-infinity') < to_timestamp($4::float8 / 1000)
returning 1`;

const STAYS = 'k.org_id = $1 and not exists (select from removable x where x.position = k.position)';

/** Takes back whatever something that stays hangs on. */
const FREE = `
delete from removable r where r.position > $2 and r.position <= $3 and (
  exists (select from events k where k.interaction = r.interaction and k.source <> $4 and ${STAYS})
  or exists (select from events k where k.of_id is not null and k.of_source = r.source and k.of_id = r.id and ${STAYS})
  or (r.type = 'correction' and not exists (
    select from events t join removable x on x.position = t.position where t.org_id = $1 and t.source = r.of_source and t.id = r.of_id)))
returning 1`;

async function free(tx: Tx, orgId: number): Promise<number> {
  let freed = 0;
  for await (const { after, to } of notedPages(tx, orgId))
    freed += (await tx.rows(FREE, [orgId, after, to, HOUSE])).length;
  return freed;
}

const KEYS = `
insert into sealed_keys (org_id, key)
select $1::int, ${KEY_OF('source', 'id')} from removable where position > $2 and position <= $3
union select $1::int, ${INTERACTION_KEY('interaction')} from removable
  where position > $2 and position <= $3 and type = 'interaction.ended' and interaction is not null
on conflict do nothing`;

const notedPages = (tx: Tx, orgId: number) =>
  pagesOf(tx, { from: 'removable where $1::int is not null', orgId, to: Number.MAX_SAFE_INTEGER });

/** Stretches of positions with so many rows each, so that no statement takes long. */
async function* pagesOf(
  tx: Tx,
  of: { from: string; orgId: number; to: Position },
): AsyncGenerator<{ after: Position; to: Position }> {
  for (let after = 0; after < of.to; ) {
    const [row] = await tx.rows<{ to: Position }>(
      `select position as "to" from ${of.from} and position > $2 and position <= $3 order by position offset ${AT_ONCE - 1} limit 1`,
      [of.orgId, after, of.to],
    );
    const to = row?.to ?? of.to;
    yield { after, to };
    after = to;
  }
}
