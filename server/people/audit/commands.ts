import type { Tx } from '#server/foundation/db.ts';
import type { Viewer } from '../may.ts';
import { brokenAt, hashOfEntry } from './rules.ts';
import { entriesAfter, insertEntry, lockEnd } from './store.ts';

/** What a change of rights is: `account.invited`, `key.made`; and of what (`person:ana`, `key:1f2e`). */
export type Act = { actor: string; act: string; object: string };

/** Writes down who changed what, in the transaction that changes it. */
export async function enter(tx: Tx, at: { orgId: number; now: number }, act: Act): Promise<void> {
  const last = await lockEnd(tx, at.orgId);
  const entry = { number: last.number + 1, at: at.now, ...act };
  await insertEntry(tx, at.orgId, { ...entry, hash: hashOfEntry(last.hash, entry) });
}

/** How the trail names who acts. */
export function actorOf(viewer: Viewer): string {
  if (viewer.kind === 'account') return `person:${viewer.personId ?? viewer.accountId}`;
  if (viewer.kind === 'key') return `key:${viewer.keyId}`;
  return viewer.kind === 'device' ? `device:${viewer.deviceId}` : 'link';
}

/** Reads the whole trail. @returns the number at which it is broken, null where it is whole */
export async function verifyTrail(tx: Tx, orgId: number): Promise<number | null> {
  let last = { number: 0, hash: '' };
  for (;;) {
    const run = await entriesAfter(tx, orgId, { after: last.number, limit: RUN });
    const broken = brokenAt(last, run);
    const end = run.at(-1);
    if (broken !== null || !end) return broken;
    last = end;
  }
}

const RUN = 1_000;
