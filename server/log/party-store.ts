import { bytesArray, textArray } from '#server/foundation/arrays.ts';
import type { Tx } from '#server/foundation/db.ts';
import { digesting, newKey, seal, unseal } from './seal.ts';

export type PartyName = { kind: 'agent' | 'customer'; source: string; name: string };

const MOST_REMEMBERED = 500_000;
const secrets = new Map<string, Buffer>();
const refs = new Map<string, number>();

/** The key under which a party is remembered: customers belong to the organisation, agents to their source. */
export const partyKey = (orgId: number, party: PartyName) =>
  `${orgId}\u0000${party.kind}\u0000${party.source}\u0000${party.name}`;

/**
 * The refs of parties, made where they are new (name sealed with a fresh key).
 * @returns ref by `partyKey`
 */
export async function refsOf(tx: Tx, orgId: number, parties: PartyName[]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const unknown = new Map<string, PartyName>();
  for (const party of parties) {
    const key = partyKey(orgId, party);
    const ref = refs.get(key);
    if (ref === undefined) unknown.set(key, party);
    else found.set(key, ref);
  }
  if (unknown.size === 0) return found;
  for (const [key, ref] of await makeRefs(tx, orgId, unknown)) found.set(key, ref);
  return found;
}

/** The refs of those parties that the log knows already, by `partyKey`; makes none. */
export async function knownRefs(tx: Tx, orgId: number, parties: PartyName[]): Promise<Map<string, number>> {
  const digestOf = digesting(await secretOf(tx, orgId));
  const keys = new Map(parties.map((party) => [digestOf(party).toString('hex'), partyKey(orgId, party)]));
  const rows = await selectRefs(tx, orgId, [...keys.keys()]);
  return new Map(rows.map(({ ref, digest }) => [keys.get(digest.toString('hex')) as string, ref]));
}

/** Puts what a committed transaction resolved into the memory of this process. */
export function rememberRefs(found: Map<string, number>): void {
  if (refs.size + found.size > MOST_REMEMBERED) refs.clear();
  for (const [key, ref] of found) refs.set(key, ref);
}

/** The readable name of a party, null where its key was destroyed. */
export async function partyName(tx: Tx, orgId: number, ref: number): Promise<{ source: string; name: string } | null> {
  return (await partyNames(tx, orgId, [ref])).get(ref) ?? null;
}

/** The readable names of many parties; those without a key are missing. */
export async function partyNames(
  tx: Tx,
  orgId: number,
  wanted: number[],
): Promise<Map<number, { source: string; name: string }>> {
  const rows = await tx.rows<{ ref: number; source: string; name: Buffer | null; key: Buffer | null }>(
    'select ref, source, name, key from parties where org_id = $1 and ref = any($2::int[])',
    [orgId, wanted],
  );
  const names = new Map<number, { source: string; name: string }>();
  for (const { ref, source, name, key } of rows) if (name && key) names.set(ref, { source, name: unseal(name, key) });
  return names;
}

/** The keys of parties' personal text; those that were destroyed are missing. */
export async function partyKeys(tx: Tx, orgId: number, wanted: number[]): Promise<Map<number, Buffer>> {
  const rows = await tx.rows<{ ref: number; key: Buffer }>(
    'select ref, key from parties where org_id = $1 and ref = any($2::int[]) and key is not null',
    [orgId, wanted],
  );
  return new Map(rows.map(({ ref, key }) => [ref, key]));
}

/** The organisation's own secret: digests of names, and sealing of text that belongs to no party. */
export async function secretOf(tx: Tx, orgId: number, scope = ''): Promise<Buffer> {
  const at = `${scope}${orgId}`;
  const known = secrets.get(at);
  if (known) return known;
  await tx.rows('insert into log_secrets (org_id, secret) values ($1, $2) on conflict do nothing', [orgId, newKey()]);
  const [row] = await tx.rows<{ secret: Buffer }>('select secret from log_secrets where org_id = $1', [orgId]);
  if (!row) throw new Error('the secret of the organisation could not be made');
  return row.secret;
}

async function makeRefs(tx: Tx, orgId: number, unknown: Map<string, PartyName>): Promise<[string, number][]> {
  const digestOf = digesting(await secretOf(tx, orgId));
  const byDigest = new Map<string, [string, PartyName]>();
  for (const entry of unknown) byDigest.set(digestOf(entry[1]).toString('hex'), entry);
  const made: [string, number][] = [];
  const take = (rows: { ref: number; digest: Buffer }[]) => {
    for (const { ref, digest } of rows) {
      const hex = digest.toString('hex');
      const entry = byDigest.get(hex);
      if (entry) made.push([entry[0], ref]);
      byDigest.delete(hex);
    }
  };
  take(await selectRefs(tx, orgId, [...byDigest.keys()]));
  if (byDigest.size > 0) take(await insertParties(tx, orgId, byDigest));
  // made meanwhile by another connection: its commit is visible to the next statement
  if (byDigest.size > 0) take(await selectRefs(tx, orgId, [...byDigest.keys()]));
  return made;
}

const selectRefs = (tx: Tx, orgId: number, digests: string[]) =>
  tx.rows<{ ref: number; digest: Buffer }>(
    'select ref, digest from parties where org_id = $1 and digest = any($2::bytea[])',
    [orgId, bytesArray(digests.map((digest) => Buffer.from(digest, 'hex')))],
  );

function insertParties(tx: Tx, orgId: number, byDigest: Map<string, [string, PartyName]>) {
  const rows = [...byDigest]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([digest, [, party]]) => {
      const key = newKey();
      return { digest, party, key, name: seal(party.name, key) };
    });
  return tx.rows<{ ref: number; digest: Buffer }>(
    `insert into parties (org_id, kind, source, digest, name, key)
     select $1, kind, source, decode(digest, 'hex'), name, key
     from unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[]) as g(kind, source, digest, name, key)
     on conflict (org_id, digest) do nothing returning ref, digest`,
    [
      orgId,
      textArray(rows.map((r) => r.party.kind)),
      textArray(rows.map((r) => r.party.source)),
      textArray(rows.map((r) => r.digest)),
      bytesArray(rows.map((r) => r.name)),
      bytesArray(rows.map((r) => r.key)),
    ],
  );
}
