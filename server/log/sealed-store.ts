import { textArray } from '#server/foundation/arrays.ts';
import type { Tx } from '#server/foundation/db.ts';
import type { Seal } from './sealed-past.ts';

type Identity = { source: string; id: string };

/** The digest by which a removed event is known, as SQL over its source and id: neither holds a control character. */
export const KEY_OF = (source: string, id: string) => `md5('e' || ${source} || chr(1) || ${id})::uuid`;
/** The digest by which a removed interaction is known. */
export const INTERACTION_KEY = (interaction: string) => `md5('i' || ${interaction})::uuid`;

/** The seals of an organisation in order. */
export const sealsOf = (tx: Tx, orgId: number): Promise<Seal[]> =>
  tx.rows<Seal>(
    'select cut, before, position from seals where org_id = $1 and position is not null order by position',
    [orgId],
  );

/** The last seal, null where nothing was sealed. */
export const lastSeal = async (tx: Tx, orgId: number): Promise<Seal | null> =>
  (await sealsOf(tx, orgId)).at(-1) ?? null;

/** The instant (epoch ms) before which nothing is taken any more, from its announcement on; null where everything is. */
export async function sealedBefore(tx: Tx, orgId: number): Promise<number | null> {
  const [row] = await tx.rows<{ before: number | null }>('select max(before) as before from seals where org_id = $1', [
    orgId,
  ]);
  return row?.before ?? null;
}

/** Those of some identities that are removed. */
export const removedAmong = (tx: Tx, orgId: number, of: readonly Identity[]): Promise<Identity[]> =>
  tx.rows<Identity>(
    `select source, id from unnest($2::text[], $3::text[]) as g(source, id)
     where exists (select from sealed_keys k where k.org_id = $1 and k.key = ${KEY_OF('g.source', 'g.id')})`,
    [orgId, textArray(of.map(({ source }) => source)), textArray(of.map(({ id }) => id))],
  );

/** Those of some interactions of which no contact is left, and at least one was removed. */
export const removedInteractions = async (tx: Tx, orgId: number, of: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ interaction: string }>(
      `select interaction from unnest($2::text[]) as g(interaction)
       where exists (select from sealed_keys k where k.org_id = $1 and k.key = ${INTERACTION_KEY('g.interaction')})
         and not exists (select from events e where e.org_id = $1 and e.interaction = g.interaction and e.type = 'interaction.ended')`,
      [orgId, textArray(of)],
    )
  ).map(({ interaction }) => interaction);
