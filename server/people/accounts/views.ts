import type { UsedKeyRow } from './store.ts';

/** A row with its instants as text. */
export const dated = <Row extends { createdAt: number; revokedAt: number | null }>({
  createdAt,
  revokedAt,
  ...row
}: Row) => ({
  ...row,
  createdAt: new Date(createdAt).toISOString(),
  revokedAt: revokedAt === null ? null : new Date(revokedAt).toISOString(),
});

/** A key as the list shows it; its text is nowhere. */
export const keyShown = ({ lastUsedAt, madeBy, ...row }: UsedKeyRow, nameOf: (actor: string) => string) => ({
  ...dated(row),
  madeBy: madeBy === null ? null : nameOf(madeBy),
  lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
});
