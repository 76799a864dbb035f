/** Prints rows under their heads. */
export function table(heads: string[], rows: (string | number)[][]): void {
  const cells = [heads, ...rows.map((row) => row.map(shown))];
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells) console.log(`  ${row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')}`);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value below which a share of all values lies; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

const shown = (cell: string | number): string =>
  typeof cell === 'string'
    ? cell
    : String(Number.isInteger(cell) || Math.abs(cell) >= 1000 ? Math.round(cell) : Number(cell.toFixed(1)));
