import type { Ground } from '#server/log/ground.ts';

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

/** A list that comes whole, with the position it covers. */
export const whole = async <Row>(ground: Ground, orgId: number, items: Row[]) => ({
  items,
  next: null,
  position: String(await ground.log.position(orgId)),
});
