import { createHash } from 'node:crypto';
import type { Tx } from '#server/foundation/db.ts';
import { insertLinks, type Link, lastLink, linksAfter, transferLines, transferLinesAfter } from './store.ts';

/** Adds the links of some transfers, in log order; those that are linked already are left alone. */
export async function extendChain(tx: Tx, orgId: number, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const last = await lastLink(tx, orgId);
  let digest: Buffer = last?.digest ?? START;
  const links: Link[] = [];
  for (const { position, line } of await transferLines(tx, orgId, ids)) {
    if (last && position <= last.position) continue;
    digest = linkOf(digest, line);
    links.push({ position, digest });
  }
  if (links.length > 0) await insertLinks(tx, orgId, links);
}

const PAGE = 5_000;

/** Whether every transfer up to the last link says what it said when it was linked, and none was taken away or put between. */
export async function verifyChain(tx: Tx, orgId: number): Promise<'verified' | 'broken'> {
  const until = (await lastLink(tx, orgId))?.position ?? 0;
  let digest: Buffer = START;
  for (let after = -1; ; ) {
    const links = await linksAfter(tx, orgId, { after, most: PAGE });
    const lines = await transferLinesAfter(tx, orgId, { after, until, most: PAGE });
    if (links.length !== lines.length) return 'broken';
    if (links.length === 0) return 'verified';
    for (const [at, { position, line }] of lines.entries()) {
      const link = links[at];
      digest = linkOf(digest, line);
      if (link?.position !== position || !link.digest.equals(digest)) return 'broken';
    }
    after = links.at(-1)?.position ?? after;
  }
}

const START: Buffer = Buffer.alloc(32);

const linkOf = (before: Buffer, line: string): Buffer => createHash('sha256').update(before).update(line).digest();
