import type { RewardWish } from '#contract/rewards.ts';
import type { Tx } from '#server/foundation/db.ts';

export type RewardRow = RewardWish & { position: number };
export type GrantRow = {
  id: string;
  reward: string;
  person: string;
  by: string;
  price: number;
  at: number;
  position: number;
};
export type RedemptionRow = Omit<GrantRow, 'by'> & {
  state: 'open' | 'fulfilled' | 'cancelled';
  settledAt: number | null;
  settledBy: string | null;
};

/** One command on rewards at a time, so that the last of something goes to one person. */
export const lockRewards = (tx: Tx, orgId: number) => tx.rows('select pg_advisory_xact_lock(7067, $1)', [orgId]);

export const saveReward = (tx: Tx, orgId: number, row: RewardRow) =>
  tx.rows(
    `insert into rewards (org_id, id, name, words, icon, price, stock, visible, position) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (org_id, id) do update set name = excluded.name, words = excluded.words, icon = excluded.icon,
       price = excluded.price, stock = excluded.stock, visible = excluded.visible, position = excluded.position
     where excluded.position > rewards.position`,
    [orgId, row.id, row.name, row.words, row.icon, row.price, row.stock, row.visible, row.position],
  );

const TAKEN = `((select count(*) from grants g where g.org_id = r.org_id and g.reward = r.id)
  + (select count(*) from redemptions d where d.org_id = r.org_id and d.reward = r.id and d.state <> 'cancelled'))::int as taken`;
const REWARD = `r.id, r.name, r.words, r.icon, r.price, r.stock, r.visible, r.position, ${TAKEN}`;

/** All rewards by price, with how many were taken. */
export const rewardRows = (tx: Tx, orgId: number) =>
  tx.rows<RewardRow & { taken: number }>(`select ${REWARD} from rewards r where r.org_id = $1 order by r.price, r.id`, [
    orgId,
  ]);

/** What rewards are called and how they look, without counting what was taken. */
export const rewardNames = (tx: Tx, orgId: number) =>
  tx.rows<{ id: string; name: string; icon: string }>('select id, name, icon from rewards where org_id = $1', [orgId]);

export async function rewardRow(tx: Tx, orgId: number, id: string): Promise<(RewardRow & { taken: number }) | null> {
  const [row] = await tx.rows<RewardRow & { taken: number }>(
    `select ${REWARD} from rewards r where r.org_id = $1 and r.id = $2`,
    [orgId, id],
  );
  return row ?? null;
}

export const insertGrant = (tx: Tx, orgId: number, row: GrantRow) =>
  tx.rows(
    `insert into grants (org_id, id, reward, person, by, price, at, position) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (org_id, id) do nothing`,
    [orgId, row.id, row.reward, row.person, row.by, row.price, row.at, row.position],
  );

/** What somebody granted since an instant (epoch ms), in points. */
export async function grantedSince(tx: Tx, orgId: number, of: { by: string; from: number }): Promise<number> {
  const [row] = await tx.rows<{ spent: number }>(
    'select coalesce(sum(price), 0)::int as spent from grants where org_id = $1 and by = $2 and at >= $3',
    [orgId, of.by, of.from],
  );
  return row?.spent ?? 0;
}

/** Grants to some people, the newest first. */
export const grantRows = (tx: Tx, orgId: number, people: readonly string[], most = 200) =>
  tx.rows<GrantRow>(
    `select id, reward, person, by, price, at, position from grants
     where org_id = $1 and person = any($2::text[]) order by at desc, id limit $3`,
    [orgId, people, most],
  );

export const insertRedemption = (
  tx: Tx,
  orgId: number,
  row: Omit<RedemptionRow, 'state' | 'settledAt' | 'settledBy'>,
) =>
  tx.rows(
    `insert into redemptions (org_id, id, reward, person, price, at, position, state) values ($1, $2, $3, $4, $5, $6, $7, 'open')
     on conflict (org_id, id) do nothing`,
    [orgId, row.id, row.reward, row.person, row.price, row.at, row.position],
  );

/** Settles a redemption once; what is settled stays. */
export const settleRedemption = (
  tx: Tx,
  orgId: number,
  row: { id: string; state: string; settledAt: number; settledBy: string },
) =>
  tx.rows(
    `update redemptions set state = $3, settled_at = $4, settled_by = $5 where org_id = $1 and id = $2 and state = 'open'`,
    [orgId, row.id, row.state, row.settledAt, row.settledBy],
  );

const REDEMPTION =
  'id, reward, person, price, at, position, state, settled_at as "settledAt", settled_by as "settledBy"';

/** Redemptions of some people, the newest first, those that wait before all others. */
export const redemptionRows = (tx: Tx, orgId: number, people: readonly string[], most = 200) =>
  tx.rows<RedemptionRow>(
    `select ${REDEMPTION} from redemptions where org_id = $1 and person = any($2::text[])
     order by (state = 'open') desc, at desc, id limit $3`,
    [orgId, people, most],
  );

export async function redemptionRow(tx: Tx, orgId: number, id: string): Promise<RedemptionRow | null> {
  const [row] = await tx.rows<RedemptionRow>(`select ${REDEMPTION} from redemptions where org_id = $1 and id = $2`, [
    orgId,
    id,
  ]);
  return row ?? null;
}
