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
