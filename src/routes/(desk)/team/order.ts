import type { MemberRow } from '$lib/contract/team.ts';

/** How the people of a team are put in order: by who needs help most, by name, by score or by the attainment of a KPI. */
export type Order = { by: string; up: boolean };

/**
 * How much help somebody needs: the weighed attainment that is missing to the target, in per-mille; held values and
 * missed gates stand before it. Who is not here needs none now.
 */
export function needOf(row: MemberRow): number {
  if (row.lastAt === null) return -1;
  const missing = row.kpis.reduce(
    (sum, kpi) => sum + (kpi.provisional ? 0 : kpi.weight * Math.max(0, 1000 - (kpi.attainment ?? 1000))),
    0,
  );
  const weight = row.kpis.reduce((sum, kpi) => sum + kpi.weight, 0) || 1;
  const held = row.kpis.filter((kpi) => kpi.held).length;
  return missing / weight + 500 * (held + row.gates);
}

/** The rows in an order; whoever has no value there comes last, and equal ones stay by name. */
export function ordered(rows: readonly MemberRow[], { by, up }: Order): MemberRow[] {
  const value = (row: MemberRow): number | null => {
    if (by === 'need') return needOf(row);
    if (by === 'score') return row.score;
    return row.kpis.find((kpi) => kpi.id === by)?.attainment ?? null;
  };
  const byName = (a: MemberRow, b: MemberRow) => a.name.localeCompare(b.name);
  if (by === 'name') return rows.toSorted((a, b) => (up ? byName(a, b) : byName(b, a)));
  return rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || byName(a, b);
    return (up ? x - y : y - x) || byName(a, b);
  });
}
