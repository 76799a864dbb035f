import type { StoredScene } from '#contract/wall.ts';
import type { Tx } from '#server/foundation/db.ts';

export async function scenesOf(tx: Tx, orgId: number, device: string): Promise<StoredScene[] | null> {
  const [row] = await tx.rows<{ scenes: StoredScene[] }>(
    'select scenes from device_scenes where org_id = $1 and device = $2',
    [orgId, device],
  );
  return row?.scenes ?? null;
}

export const saveScenes = (
  tx: Tx,
  orgId: number,
  { device, scenes, now }: { device: string; scenes: StoredScene[]; now: number },
) =>
  tx.rows(
    `insert into device_scenes (org_id, device, scenes, changed_at) values ($1, $2, $3, $4)
     on conflict (org_id, device) do update set scenes = excluded.scenes, changed_at = excluded.changed_at`,
    [orgId, device, JSON.stringify(scenes), now],
  );

export type NewPairing = { code: string; secret: string; now: number; expiresAt: number };

/** Keeps a code, and drops those that are over for an hour. False: the code is taken. */
export async function insertPairing(tx: Tx, { code, secret, now, expiresAt }: NewPairing): Promise<boolean> {
  await tx.rows('delete from pairings where expires_at < $1', [now - 3_600_000]);
  const rows = await tx.rows(
    `insert into pairings (code, org_id, secret, created_at, expires_at) values ($1, 0, $2, $3, $4)
     on conflict do nothing returning code`,
    [code, secret, now, expiresAt],
  );
  return rows.length > 0;
}

export async function waitingPairings(tx: Tx, now: number): Promise<number> {
  const [row] = await tx.rows<{ count: number }>(
    'select count(*)::int as count from pairings where expires_at > $1 and approved_at is null',
    [now],
  );
  return row?.count ?? 0;
}

export type PairingRow = {
  orgId: number;
  device: string | null;
  expiresAt: number;
  approvedAt: number | null;
  collectedAt: number | null;
};
const PAIRING =
  'org_id as "orgId", device, expires_at as "expiresAt", approved_at as "approvedAt", collected_at as "collectedAt"';

export async function pairingByCode(tx: Tx, code: string): Promise<PairingRow | null> {
  const [row] = await tx.rows<PairingRow>(`select ${PAIRING} from pairings where code = $1`, [code]);
  return row ?? null;
}

export async function pairingBySecret(tx: Tx, secret: string): Promise<PairingRow | null> {
  const [row] = await tx.rows<PairingRow>(`select ${PAIRING} from pairings where secret = $1`, [secret]);
  return row ?? null;
}

/** Takes a waiting code for an organisation; of two at the same time one gets it. */
export async function claimPairing(
  tx: Tx,
  of: { code: string; orgId: number; now: number; until: number },
): Promise<boolean> {
  const rows = await tx.rows(
    `update pairings set org_id = $2, approved_at = $3, expires_at = greatest(expires_at, $4)
     where code = $1 and approved_at is null and expires_at > $3 returning code`,
    [of.code, of.orgId, of.now, of.until],
  );
  return rows.length > 0;
}

export const assignPairing = (tx: Tx, code: string, device: string) =>
  tx.rows('update pairings set device = $2 where code = $1', [code, device]);

/** Hands an approved pairing out, once. */
export async function collectPairing(tx: Tx, secret: string, now: number): Promise<PairingRow | null> {
  const [row] = await tx.rows<PairingRow>(
    `update pairings set collected_at = $2
     where secret = $1 and approved_at is not null and collected_at is null and expires_at > $2 returning ${PAIRING}`,
    [secret, now],
  );
  return row ?? null;
}
