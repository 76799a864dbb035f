import type { Clock } from '#server/foundation/clock.ts';
import type { Config } from '#server/foundation/config.ts';
import type { Db } from '#server/foundation/db.ts';
import { each, gather } from '#server/foundation/gather.ts';
import type { Viewer } from '../may.ts';
import { deviceByHash, markSeen } from './device-store.ts';
import { credentialsOf, type Headers, hashOf, slide } from './rules.ts';
import {
  type HeldKey,
  keyByHash,
  markKeyUsed,
  markSessionsSeen,
  orgsOfSessions,
  renewSession,
  type SessionRow,
  sessionsById,
} from './store.ts';

/** What it takes to know who asks. */
export type Gate = { db: Db; clock: Clock; config: Pick<Config, 'ORIGIN'> };

const REMEMBER_MS = 1_000;
const MOST = 20_000;
/** A screen is asked about every two seconds; what is written of it is one row in half a minute. */
const SEEN_MS = 30_000;
/** Sessions and keys are asked about with every call; what is written of them is one row in five minutes. */
const SESSION_SEEN_MS = 300_000;

export const isSecure = (config: Pick<Config, 'ORIGIN'>): boolean => config.ORIGIN?.startsWith('https:') ?? false;

/**
 * Who asks, by `Authorization: Bearer` (key or device token) or the session cookie. Anonymous is an answer, not an error.
 * What was found is remembered in this process for a second at most.
 */
export async function viewerOf(gate: Gate, headers: Headers): Promise<Viewer> {
  const credentials = credentialsOf(headers, isSecure(gate.config));
  return credentials ? byToken(gate, credentials) : ANONYMOUS;
}

/** Who holds a token, as it comes in a socket's handshake: a key or a device, or else a session. */
export const viewerByToken = (gate: Gate, token: string): Promise<Viewer> => byToken(gate, { kind: 'bearer', token });

/** Forgets whoever was remembered, and tells those who keep a viewer for longer: after a log-out, or when rights change. */
export function forgetViewers(db: Db): void {
  remembered.delete(db);
  for (const listener of listeners.get(db) ?? []) listener();
}

/** Calls back whenever a right may have been lost in this process. @returns how to stop */
export function onViewersForgotten(db: Db, listener: () => void): () => void {
  const all = listeners.get(db) ?? new Set();
  listeners.set(db, all.add(listener));
  return () => all.delete(listener);
}

const ANONYMOUS: Viewer = { kind: 'anonymous' };
const remembered = new WeakMap<Db, Map<string, { viewer: Promise<Viewer>; until: number }>>();
const listeners = new WeakMap<Db, Set<() => void>>();

async function byToken(gate: Gate, { kind, token }: { kind: 'bearer' | 'session'; token: string }): Promise<Viewer> {
  const hash = hashOf(token);
  const name = `${kind}${hash}`;
  const now = gate.clock.now();
  const memory = remembered.get(gate.db) ?? new Map<string, { viewer: Promise<Viewer>; until: number }>();
  remembered.set(gate.db, memory);
  const known = memory.get(name);
  if (known && known.until > now && known.until <= now + REMEMBER_MS) return known.viewer;
  const found = { viewer: kind === 'session' ? ofSession(gate, hash) : ofBearer(gate, hash), until: now + REMEMBER_MS };
  if (memory.size >= MOST) memory.clear();
  memory.set(name, found);
  const forget = (): void => {
    if (memory.get(name) === found) memory.delete(name);
  };
  // who is nobody now may be somebody in a moment
  found.viewer.then(({ kind: who }) => who === 'anonymous' && forget(), forget);
  return found.viewer;
}

const keyOf = each((db: Db) =>
  gather<string, HeldKey | null>(async (hashes) => {
    const found = new Map(
      await Promise.all(hashes.map(async (hash) => [hash, await keyByHash(db.lobby, hash)] as const)),
    );
    return (hash) => found.get(hash) ?? null;
  }),
);

async function ofBearer({ db, clock }: Gate, hash: string): Promise<Viewer> {
  const key = await keyOf(db)(hash);
  if (key) return ofKey({ db, clock }, key);
  const device = await deviceByHash(db.lobby, hash);
  if (!device) return ANONYMOUS;
  const now = clock.now();
  if (now - (device.lastSeenAt ?? 0) >= SEEN_MS)
    await markSeen(db.of(device.orgId), { orgId: device.orgId, id: device.id, now });
  return { kind: 'device', orgId: device.orgId, deviceId: device.id, scope: device.scope };
}

async function ofKey({ db, clock }: Pick<Gate, 'db' | 'clock'>, key: HeldKey): Promise<Viewer> {
  const { id, orgId, scopes, lastUsedAt } = key;
  const now = clock.now();
  if (now - (lastUsedAt ?? 0) >= SESSION_SEEN_MS) await markKeyUsed(db.of(orgId), { orgId, id, now });
  return { kind: 'key', orgId, keyId: id, scopes };
}

/** That sessions were used, of many at the same time: after a break all of them come at once. */
const seenOf = each((db: Db) =>
  gather<{ id: string; orgId: number; now: number }, void>(async (seen) => {
    for (const [orgId, own] of Map.groupBy(seen, (one) => one.orgId))
      await markSessionsSeen(db.of(orgId), {
        ids: own.map(({ id }) => id),
        now: Math.max(...own.map(({ now }) => now)),
      });
    return () => undefined;
  }),
);

/** Sessions of many who ask at the same time, after a break or when all rights are looked at, are read together. */
const sessionOf = each((db: Db) =>
  gather<string, SessionRow | null>(async (ids) => {
    const orgs = await orgsOfSessions(db.lobby, ids);
    const found = new Map<string, SessionRow>();
    for (const [orgId, own] of Map.groupBy(orgs.keys(), (id) => orgs.get(id) as number))
      for (const row of await sessionsById(db.of(orgId), own)) found.set(row.id, row);
    return (id) => found.get(id) ?? null;
  }),
);

async function ofSession({ db, clock }: Gate, id: string): Promise<Viewer> {
  const row = await sessionOf(db)(id);
  if (!row) return ANONYMOUS;
  const expiresAt = slide(row.expiresAt, clock.now());
  if (expiresAt === null) return ANONYMOUS;
  if (expiresAt !== row.expiresAt) await renewSession(db.of(row.orgId), id, expiresAt);
  const now = clock.now();
  if (now - (row.seenAt ?? 0) >= SESSION_SEEN_MS) await seenOf(db)({ id, orgId: row.orgId, now });
  const { orgId, accountId, person, team, site, led } = row;
  return {
    kind: 'account',
    orgId,
    accountId,
    sessionId: id,
    personId: person,
    roles: row.roles ?? [],
    teams: led,
    team,
    site,
  };
}
